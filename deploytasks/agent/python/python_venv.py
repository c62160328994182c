"""A virtual environment with an app's dependencies."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import Dict, List, Tuple

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.disk.entry import make_directory
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.python.environment import MARKER, SEALED, Environment, digest_in, remove_environment
from deploytasks.agent.python.records import damage, digest_of_lists

UNFINISHED: State = {"complete": ""}
"""Something lies there that no build has finished, or whose Python is gone."""
DAMAGED = "damaged: "
FOR_ALL = {"mode": "0755"}


@frozen
class PythonVenv(Environment, Resource):
    """*path* is a virtual environment of *python*.

    It holds what *requirements* and *extra* ask for.

    *requirements* are pairs of a file's name and text; the first is installed, the others lie beside
    it. *form* says what they are: ``requirements`` (requirements.txt, or a pyproject.toml for uv), ``uv``
    (uv.lock with its pyproject.toml) or ``pylock``. *hash_checked* requirements are refused unless each
    has a hash; *extra* needs none. *python* is a name, a version such as ``3.12``, or a path. *installer*
    is ``uv``, the program at path *uv*, or ``pip``, which wants Debian's python3-venv. *ca_bundle* is a
    file on the host. *extra_index_urls* are asked as *index_url* is. With a *wheelhouse* no index is asked: *wheels*,
    pairs of a file's name and SHA-256, come along. Without one they are what requirements call ``file:wheels/NAME``.

    What has no wheel is built by its author's code: with a *builder*, that is done as this user, who sees nothing at
    the paths *hides* and no login of an index; without one as root.

    The environment is built at *path* and never changed afterwards; so let *path* contain ``digest``. It
    counts once its last file is there, and as long as what was installed is as it was: what is damaged is built anew.
    Nothing of a failed build stays. *key* names the content in
    the place of ``digest``, so that a recorded plan knows its environment whatever later versions compute.
    Raises ``ValueError`` for a contradiction.
    """

    def desired(self) -> State:
        return {"complete": self.key or self.digest}

    def inspect(self, machine: Machine) -> State:
        place = machine.path(self.path)
        if not os.path.lexists(place):
            return None
        complete, *lists = _marked(place)
        if not complete or not has_its_python(place):
            return UNFINISHED
        damaged = _damage(place, "".join(lists), thorough=machine.thorough)
        return {"complete": DAMAGED + damaged if damaged else complete}

    def brings_back(self, machine: Machine, before: State) -> bool:
        """What was damaged stays mended."""
        del machine
        return not (before or {}).get("complete", "").startswith(DAMAGED)

    def apply(self, machine: Machine, change: Change) -> None:
        place = machine.path(self.path)
        if change.after is None:
            remove_environment(place)
        elif change.after == UNFINISHED:
            remove_environment(place)
            make_directory(place, FOR_ALL)
        elif change.after != self.desired():
            raise StepError("%s has been built anew; what it held before is gone" % self.path)
        else:
            self._build(machine, place)

    def lacks(self, machine: Machine) -> Tuple[str, ...]:
        if self.inspect(machine) == self.desired():
            return ()
        sealed = (digest_in(text) for _, text in self.requirements if text.startswith(SEALED))
        named = (*sealed, *(digest for _, digest in self.wheels))
        return tuple(digest for digest in named if machine.blobs.find(digest) is None)

    def sealed(self) -> Tuple[Resource, Dict[str, bytes]]:
        contents = {digest_of(text.encode("utf-8")): text.encode("utf-8") for _, text in self.requirements}
        named = tuple((name, SEALED + digest_of(text.encode("utf-8"))) for name, text in self.requirements)
        return replace(self, requirements=named), contents

    def _build(self, machine: Machine, place: str) -> None:
        # What installs is not imported where all is installed.
        from deploytasks.agent.python.venv_builder import VenvBuilder

        VenvBuilder(self, machine).build(place)


def has_its_python(place: str) -> bool:
    """False once an upgrade of the distribution has taken away the Python that it was built for."""
    python = os.path.realpath(os.path.join(place, "bin", "python"))
    versioned = re.fullmatch(r"python3\.\d+", os.path.basename(python))
    same = not versioned or os.path.isdir(os.path.join(place, "lib", versioned.group()))
    return os.path.exists(python) and same


def _marked(place: str) -> List[str]:
    """The digest of a finished environment, and that of its lists, which older versions did not write."""
    try:
        with reading(os.path.join(place, MARKER), "ascii") as marker:
            return marker.read().split() or [""]
    except OSError:
        return [""]


def _damage(place: str, lists: str, *, thorough: bool) -> str:
    found = damage(place, os.stat(os.path.join(place, MARKER)).st_mtime, thorough=thorough)
    if not found and lists and lists != digest_of_lists(place):
        return "packages, or what lies beside them, have come, gone or changed"
    return found
