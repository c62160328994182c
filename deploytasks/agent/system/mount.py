"""A file system that is mounted."""

from __future__ import annotations

from typing import List

from deploytasks.agent.disk.entry import make_directory, read_directory
from deploytasks.agent.disk.part import gives_back, text_of, with_whole, write_text
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, PRESENT, require_line, require_word
from deploytasks.agent.system import fstab

MOUNTED, UNMOUNTED = "mounted", "unmounted"
USUAL = ("rw", "suid", "dev", "exec", "relatime")
"""What a remount leaves as it is unless it is said: an option that was taken out would go on."""
WORDS = (MOUNTED, PRESENT, UNMOUNTED, ABSENT)


@frozen
class Mount(Resource):
    """*src* is mounted at *path*, now and at boot (fstab(5), mount(8)).

    With the *state* ``present`` at boot, and now is of no concern; ``unmounted``: not now, and the next boot is of
    no concern; ``absent``: neither. A directory for it is made, and none is removed. What is mounted with other
    *opts* is remounted. Parameters as in ansible.posix.mount. Raises ``ValueError``.
    """

    path: str
    src: str = ""
    fstype: str = ""
    opts: str = "defaults"
    dump: int = 0
    passno: int = 0
    state: str = MOUNTED

    def __post_init__(self) -> None:
        require_word("state", self.state, WORDS)
        require_line("mount", self.path, self.src, self.fstype, self.opts)
        if not self.path.startswith("/") or (self.path != "/" and self.path.endswith("/")):
            raise ValueError("path %r; expected an absolute path without a slash at its end" % self.path)
        if self.state in (MOUNTED, PRESENT) and not (self.src and self.fstype and self.opts):
            raise ValueError("a mount wants src= and fstype=")
        if any(" " in word for word in (self.fstype, self.opts)):
            raise ValueError("fstype and opts are one word each")

    @property
    def _row(self) -> List[str]:
        return [self.src, self.path, self.fstype, self.opts, str(self.dump), str(self.passno)]

    def desired(self) -> State:
        boot = {MOUNTED: self._row, PRESENT: self._row, ABSENT: None}
        now = {MOUNTED: True, UNMOUNTED: False, ABSENT: False}
        return {
            **({"at boot": boot[self.state]} if self.state in boot else {}),
            **({"now": now[self.state]} if self.state in now else {}),
        }

    def inspect(self, machine: Machine) -> State:
        path = machine.path(fstab.FILE)
        seen = {
            "at boot": fstab.at_boot(text_of(path), self.path),
            "now": fstab.mounted(machine, self.path) is not None,
        }
        return with_whole(path, seen)

    def apply(self, machine: Machine, change: Change) -> None:
        table, after = machine.path(fstab.FILE), change.after or {}
        is_mounted = fstab.mounted(machine, self.path) is not None
        if is_mounted and after.get("now") is False:
            self._require(machine, "umount")
        if not gives_back(table, after) and "at boot" in change.keys:
            write_text(table, fstab.edited(text_of(table), 1, self.path, after["at boot"] or ()))
        if after.get("now") and not is_mounted:
            self._mount(machine)
        elif after.get("now") and after.get("at boot") and "at boot" in change.keys:
            self._mount_anew(machine, after["at boot"])

    def _mount(self, machine: Machine) -> None:
        if read_directory(machine.path(self.path)) is None:
            make_directory(machine.path(self.path), {"mode": "0755"})
        self._require(machine, "mount")

    def _mount_anew(self, machine: Machine, row: List[str]) -> None:
        """By *row*, which fstab has now; another file system takes the place of the one that was."""
        if fstab.mounted(machine, self.path) == (row[0], row[2]):
            self._require(machine, "mount", "-o", ",".join(("remount", *USUAL, row[3])))
        else:
            self._require(machine, "umount")
            self._mount(machine)

    def _require(self, machine: Machine, *argv: str) -> None:
        done = machine.ask([*argv, "--", machine.path(self.path)])
        if not done.ok:
            raise StepError("%s cannot be done at %s" % (argv[0], self.path), done.output)
