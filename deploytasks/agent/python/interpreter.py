"""The Pythons of a machine."""

from __future__ import annotations

import os
import re
import shutil
from typing import Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.python import PYTHONS
from deploytasks.agent.regex import regex

NAME = regex(r"python3(\.\d+)?")
VERSIONED = regex(r"python3\.\d+")


def find_interpreter(machine: Machine, python: str) -> str:
    """The path of *python*: a name, a version such as ``3.12``, or a path.

    What is called without its version, as python3, is another one after an upgrade of the distribution; so it is named
    as what it is today. ``StepError`` tells what there is instead.
    """
    name = "python" + python if re.fullmatch(r"\d+(\.\d+)?", python) else python
    path = machine.path(name) if name.startswith("/") else name
    found = shutil.which(path, path=machine.environment["PATH"])
    if found is None:
        present = ", ".join(interpreters(machine)) or "no Python at all"
        raise StepError("this host has no %s; it has %s; name one of these or install it" % (name, present))
    is_today = os.path.realpath(found)
    is_brought = python.startswith(PYTHONS + "/")  # It may be another patch level one day.
    return is_today if is_brought or VERSIONED.fullmatch(os.path.basename(is_today)) else found


def interpreters(machine: Machine) -> Tuple[str, ...]:
    """The paths of all Pythons in PATH, each file once."""
    directories = machine.environment["PATH"].split(":")
    paths = (os.path.join(directory, name) for directory in directories for name in _names(directory))
    return tuple(sorted({os.path.realpath(path) for path in paths if NAME.fullmatch(os.path.basename(path))}))


def _names(directory: str) -> Tuple[str, ...]:
    try:
        return tuple(os.listdir(directory))
    except OSError:
        return ()
