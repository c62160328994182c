"""What becomes of a virtual environment when its host is upgraded: whether it keeps its Python."""

from __future__ import annotations

import os

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.python.python_venv import PythonVenv, has_its_python

USUAL = "python3"
USUAL_PLACE = "/usr/bin/python3"
ANEW = "inv deploy builds its environment anew"


def prospect_of(machine: Machine, venv: PythonVenv) -> str:
    """Why it cannot start again, or will not be able to; empty when all is well.

    One of a Python that was chosen keeps that.
    """
    place = machine.path(venv.path)
    python = _python_of(place)
    if not os.path.isdir(place) or not python:
        return ""
    if not has_its_python(place):
        return "its Python, %s, is gone or another one: it cannot start again; %s" % (python, ANEW)
    if venv.python != USUAL:
        return ""
    name, usual = os.path.basename(python), os.path.basename(os.path.realpath(machine.path(USUAL_PLACE)))
    if name == USUAL:
        return (
            "its Python is whatever %s is: an upgrade of the distribution will end it, and %s after that"
            % (name, ANEW)
        )
    if os.path.dirname(python) == os.path.dirname(USUAL_PLACE) and name != usual:
        return "its Python is %s, and this host's is %s by now: apt autoremove may take it away; %s" % (
            name,
            usual,
            ANEW,
        )
    return ""


def _python_of(place: str) -> str:
    """What its own Python is a link to."""
    try:
        return os.readlink(os.path.join(place, "bin", "python"))
    except OSError:
        return ""
