"""A program that is asked about a new content before that counts, such as ``visudo -cf``."""

from __future__ import annotations

import os
import posixpath
from typing import Sequence

from deploytasks.agent.disk.entry import make_directory, remove_whole, write_file
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError


def require_approval(machine: Machine, argv: Sequence[str], path: str, content: bytes) -> None:
    """Raise ``StepError`` with what the program says of a *content* for *path* that it refuses; no *argv* asks none."""
    if not argv:
        return
    directory = "/run/deploytasks-validate-%s" % os.urandom(8).hex()
    file = machine.path("%s/%s" % (directory, posixpath.basename(path)))
    make_directory(machine.path(directory), {"mode": "0700"})
    try:
        write_file(file, content, {"mode": "0600"})
        done = machine.ask([word.replace("{}", file) for word in argv])
    finally:
        remove_whole(machine.path(directory))
    if not done.ok:
        said = done.output.replace(file, path)
        raise StepError("%s refuses it" % " ".join(argv).replace("{}", path), said)


def require_place(argv: Sequence[str]) -> None:
    """Raise ``ValueError`` when nothing in *argv* stands for the file."""
    if argv and "{}" not in " ".join(argv):
        raise ValueError("validate wants {} in the place of the file, such as visudo -cf {}")
