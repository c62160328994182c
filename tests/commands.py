"""The commands that tests type, and that not every machine has; apt brings them."""

from __future__ import annotations

import sys

from deploytasks.errors import DeployError
from deploytasks.targets.apt import install

COMMANDS = {
    "bindfs": "bindfs",
    "ssh": "openssh-client",
    "git": "git",
    "age": "age",
    "pass": "pass",
    "wrk": "wrk",
}

if __name__ == "__main__":
    try:
        install(COMMANDS, print)
    except DeployError as error:
        sys.exit(str(error))
