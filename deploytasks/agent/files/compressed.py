"""Files that a web server sends as they lie there, compressed."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import ExitStack
from typing import ClassVar, Iterator, Tuple

from deploytasks.agent.disk.directory_handle import DirectoryHandle, opened
from deploytasks.agent.disk.entry import beside
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen

TEXTS = "css csv eot htm html ico js json map md mjs otf svg ttf txt wasm webmanifest xhtml xml"
"""How the names of files end that become smaller; pictures, films and web fonts are compressed already."""
OF_TEXTS = frozenset(TEXTS.split())
LEAST_BYTES = 1024
"""Of a smaller one hardly less would be sent: it fits into the first packet (RFC 6928)."""
MODE = 0o644
BEST = 9
Place = Tuple[DirectoryHandle, str, os.stat_result]


@frozen
class Compressed(Resource):
    """Each text in *directories* has its gzip beside it.

    It is called as the text is, and ``.gz``, and has its time of modification: one that the directory came with stays.
    Links and hidden directories are left out, and what is smaller than a packet.
    """

    reversible: ClassVar[bool] = False
    directories: Tuple[str, ...]

    def desired(self) -> State:
        return {"uncompressed": 0}

    def inspect(self, machine: Machine) -> State:
        return {"uncompressed": sum(1 for _ in self._lacking(machine))}

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        for directory, name, found in self._lacking(machine):
            _compress(directory, name, found)

    def _lacking(self, machine: Machine) -> Iterator[Place]:
        for path in self.directories:
            if os.path.isdir(machine.path(path)):
                with opened(machine.path(path)) as directory:
                    yield from _uncompressed(directory)


def _uncompressed(directory: DirectoryHandle) -> Iterator[Place]:
    names = directory.names()
    there = {*names}
    for name in names:
        is_text = os.path.splitext(name)[1].lower()[1:] in OF_TEXTS
        if name.startswith(".") or (is_text and name + ".gz" in there):
            continue
        found = directory.look(name)
        if found is None:
            continue
        if stat.S_ISDIR(found.st_mode):
            with directory.below(name) as inner:
                yield from _uncompressed(inner)
        elif is_text and stat.S_ISREG(found.st_mode) and found.st_size >= LEAST_BYTES:
            yield directory, name, found


def _compress(directory: DirectoryHandle, name: str, found: os.stat_result) -> None:
    """Beside, and then renamed: others may be served meanwhile, and whoever has the directory may act in it."""
    new = os.path.basename(beside(name + ".gz"))
    directory.remove_whole(new)
    with ExitStack() as open_files:
        text = open_files.enter_context(os.fdopen(directory.open(name), "rb"))
        file = open_files.enter_context(directory.create(new))
        import gzip

        packed = open_files.enter_context(gzip.GzipFile("", "wb", BEST, file, 0))
        shutil.copyfileobj(text, packed)
    directory.settle(new, MODE, found.st_mtime_ns)
    directory.rename(new, name + ".gz")
