"""A file that the kernel uses when memory runs short."""

from __future__ import annotations

import os

from deploytasks.agent.disk.entry import remove_entry, writing
from deploytasks.agent.disk.part import gives_back, text_of, with_whole, write_text
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_line, require_word
from deploytasks.agent.regex import regex
from deploytasks.agent.system import fstab

ACTIVE = "/proc/swaps"
SIZE = regex(r"[1-9]\d*[MG]")
MIB = {"M": 1, "G": 1024}
ZEROS = b"\0" * (1 << 20)


@frozen
class Swap(Resource):
    """The kernel swaps to the file *path*, now and at boot (swapon(8)).

    Its *size* is such as ``512M`` or ``2G``. A file of another size is made anew. With the *state* ``absent`` it is
    neither used nor there. Raises ``ValueError``, and ``StepError`` where there is no room for it, or the file
    system cannot hold one.
    """

    path: str = "/swapfile"
    size: str = "1G"
    state: str = "present"

    def __post_init__(self) -> None:
        require_word("state", self.state)
        require_line("path", self.path)
        if not SIZE.fullmatch(self.size) or not self.path.startswith("/"):
            raise ValueError(
                "swap %s of %r; expected a path and a size such as 512M or 2G" % (self.path, self.size)
            )

    @property
    def _mib(self) -> int:
        return int(self.size[:-1]) * MIB[self.size[-1]]

    def desired(self) -> State:
        if self.state == ABSENT:
            return {"size_mib": None, "now": False, "at boot": False}
        return {"size_mib": self._mib, "now": True, "at boot": True}

    def inspect(self, machine: Machine) -> State:
        table = machine.path(fstab.FILE)
        seen = {
            "size_mib": _size_mib(machine.path(self.path)),
            "now": self.path
            in (line.partition(" ")[0] for line in text_of(machine.path(ACTIVE)).splitlines()),
            "at boot": self.path in fstab.sources_at_boot(text_of(table), "swap"),
        }
        return with_whole(table, seen)

    def apply(self, machine: Machine, change: Change) -> None:
        after, before = change.after or {}, change.before or {}
        is_anew = "size_mib" in change.keys
        if before.get("now") and (is_anew or not after["now"]):
            self._require(machine, "swapoff", machine.path(self.path))
        if is_anew:
            self._make(machine, after["size_mib"])
        if after["now"] and (is_anew or "now" in change.keys):
            self._require(machine, "swapon", machine.path(self.path))
        table = machine.path(fstab.FILE)
        if not gives_back(table, after):
            row = [self.path, "none", "swap", "sw", "0", "0"] if after["at boot"] else []
            write_text(table, fstab.edited(text_of(table), 0, self.path, row))

    def _make(self, machine: Machine, mib: int) -> None:
        path = machine.path(self.path)
        if not mib:
            remove_entry(path)
            return
        # The kernel takes no file with holes (mkswap(8)).
        with writing(path, {"mode": "0600", "owner": "root", "group": "root"}, durable=False) as file:
            for _ in range(mib):
                file.write(ZEROS)
        self._require(machine, "mkswap", path)

    def _require(self, machine: Machine, program: str, path: str) -> None:
        done = machine.ask([program, path])
        if not done.ok:
            raise StepError("%s does not take %s" % (program, self.path), done.output)


def _size_mib(path: str) -> object:
    """None for no file; one that is no whole number of them is told in bytes."""
    try:
        size = os.lstat(path).st_size
    except OSError:
        return None
    return size >> 20 if not size & (1 << 20) - 1 else "%d bytes" % size
