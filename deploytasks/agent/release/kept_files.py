"""Files that earlier releases had: who has one of their pages open still gets them."""

from __future__ import annotations

import os
import shutil
import stat
import time
from typing import Any, ClassVar, Dict, Iterator, Set, Tuple

from deploytasks.agent.disk.directory_handle import DirectoryHandle, opened, parent_of, reading_bytes
from deploytasks.agent.disk.entry import make_directories, remove_entry, writing
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

HIDDEN = regex(r"(^|/)\.(?!well-known/)|(~|\.(bak|old|orig|save|sw[op]|tmp))$")
"""What no web server shows unless it is told to, and so nobody can have asked for."""
RIGHTS: Dict[str, Any] = {"mode": "0644"}


@frozen
class KeptFiles(Resource):
    """*path* has what only the release of before serves.

    That one is at *current*, the new one's code at *code*. *served* are pairs: a URL, and a directory below both
    releases' code, with slashes at their ends. A file stays for *seconds* after the release that had it; links and what
    is hidden are none of these files.
    """

    reversible: ClassVar[bool] = False
    path: str
    current: str
    code: str
    served: Tuple[Tuple[str, str], ...]
    seconds: int

    def desired(self) -> State:
        return {"lacking": [], "outdated": []}

    def inspect(self, machine: Machine) -> State:
        before = os.path.realpath(machine.path(self.current)) + "/code"
        if before == os.path.realpath(machine.path(self.code)):
            return self.desired()
        new = self._files(machine.path(self.code))
        kept = _files_in(machine.path(self.path))
        outdated = {name for name in kept if name in new or self._is_over(machine, name)}
        lacking = {*self._files(before)} - {*new} - (kept - outdated)
        return {"lacking": sorted(lacking), "outdated": sorted(outdated - lacking)}

    def apply(self, machine: Machine, change: Change) -> None:
        found = change.before or {}
        for name in found["outdated"]:
            remove_entry(machine.path("%s/%s" % (self.path, name)))
        before = self._files(os.path.realpath(machine.path(self.current)) + "/code")
        for name in found["lacking"]:
            _copy(before[name], machine.path("%s/%s" % (self.path, name)))

    def _files(self, code: str) -> Dict[str, str]:
        """Where each file of a release is that is served, by its URL without the first slash."""
        return {
            url[1:] + name: "%s/%s%s" % (code, directory, name)
            for url, directory in self.served
            for name in _files_in("%s/%s" % (code, directory))
        }

    def _is_over(self, machine: Machine, name: str) -> bool:
        with parent_of(machine.path("%s/%s" % (self.path, name))) as (directory, last):
            found = directory.look(last)
        return found is None or found.st_mtime + self.seconds < time.time()


def _files_in(path: str) -> Set[str]:
    try:
        with opened(path) as directory:
            return {name for name in _below(directory, "") if not HIDDEN.search(name)}
    except OSError:
        return set()


def _below(directory: DirectoryHandle, where: str) -> Iterator[str]:
    for name in directory.names():
        found = directory.look(name)
        if found is None:
            continue
        if stat.S_ISDIR(found.st_mode):
            with directory.below(name) as inner:
                yield from _below(inner, "%s%s/" % (where, name))
        elif stat.S_ISREG(found.st_mode):
            yield where + name


def _copy(source: str, target: str) -> None:
    make_directories(os.path.dirname(target), "0755")
    with reading_bytes(source) as old, writing(target, RIGHTS, durable=False) as new:
        shutil.copyfileobj(old, new)
