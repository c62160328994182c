"""Get this machine ready for the end-to-end tests: an engine, the images, a few commands."""

from __future__ import annotations

import sys

from deploytasks.errors import DeployError
from deploytasks.targets import SUITES, ensure_engine, ensure_image
from deploytasks.targets.apt import install

COMMANDS = {"ssh": "openssh-client", "git": "git", "wrk": "wrk"}


def prepare() -> None:
    install(COMMANDS, print)
    client = ensure_engine(print)
    for release in SUITES:
        ensure_image(client, release, print)


if __name__ == "__main__":
    try:
        prepare()
    except DeployError as error:
        sys.exit(str(error))
