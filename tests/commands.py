"""The commands that tests type, and that not every machine has; apt brings them."""

from __future__ import annotations

import sys

from deploytasks.errors import DeployError
from deploytasks.targets.apt import can_install, install

COMMANDS = {
    "ssh": "openssh-client",
    "git": "git",
    "age": "age",
    "pass": "pass",
    "wrk": "wrk",
}
WHERE_APT_IS = {"bindfs": "bindfs"}
"""A test that wants one of these is skipped elsewhere."""

if __name__ == "__main__":
    try:
        install({**COMMANDS, **(WHERE_APT_IS if can_install() else {})}, print)
    except DeployError as error:
        sys.exit(str(error))
