"""A setting of the kernel."""

from __future__ import annotations

import os
import re
from typing import Dict, Iterator, Optional, Tuple, Union

from deploytasks.agent.disk.directory_handle import parent_of
from deploytasks.agent.disk.part import gives_back, text_of, with_whole, write_text
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_line, require_word
from deploytasks.agent.regex import regex

KERNEL = "/proc/sys"
DIRECTORIES = (
    "/etc/sysctl.d",
    "/run/sysctl.d",
    "/usr/local/lib/sysctl.d",
    "/usr/lib/sysctl.d",
    "/lib/sysctl.d",
)
NAME = regex(r"[a-z][\w-]*(?:[./][\w:@-]+)+")


@frozen
class Sysctl(Resource):
    """The kernel's setting *name* is *value*, now and at boot (sysctl.d(5)).

    It stands in *sysctl_file*, by default /etc/sysctl.d/99-deploytasks.conf, with others; where a file that counts
    later says something else, that is told. *now* False leaves the kernel as it is until the next boot. With the
    *state* ``absent`` the file does not have it, and the kernel is left as it is. Parameters as in
    ansible.posix.sysctl.
    """

    name: str
    value: Union[str, int] = ""
    sysctl_file: str = "/etc/sysctl.d/99-deploytasks.conf"
    now: bool = True
    state: str = "present"

    def __post_init__(self) -> None:
        require_word("state", self.state)
        require_line("value", str(self.value))
        if not NAME.fullmatch(self.name):
            raise ValueError("kernel setting %r; expected one such as net.core.somaxconn" % self.name)
        if self.state != ABSENT and not str(self.value).strip():
            raise ValueError("kernel setting %s wants a value" % self.name)

    @property
    def _wanted(self) -> str:
        return " ".join(str(self.value).split())

    def desired(self) -> State:
        if self.state == ABSENT:
            return {"in file": None}
        return {"at boot": self._wanted, **({"now": self._wanted} if self.now else {})}

    def inspect(self, machine: Machine) -> State:
        path = machine.path(self.sysctl_file)
        own = _assigned(text_of(path)).get(self.name)
        return with_whole(
            path, {"at boot": self._at_boot(machine)[0], "now": self._now(machine), "in file": own}
        )

    def apply(self, machine: Machine, change: Change) -> None:
        path = machine.path(self.sysctl_file)
        if not gives_back(path, change.after):
            write_text(path, self._edited(text_of(path)))
            self._require_last(machine)
        if "now" in change.keys and (change.after or {})["now"] is not None:
            self._set(machine, str((change.after or {})["now"]))

    def _edited(self, text: str) -> str:
        kept = [line for line in text.splitlines() if self.name not in _assigned(line)]
        own = [] if self.state == ABSENT else ["%s = %s" % (self.name, self._wanted)]
        return "".join("%s\n" % line for line in (*kept, *own))

    def _set(self, machine: Machine, value: str) -> None:
        """The file is the kernel's, which takes the whole value in one piece."""
        path = machine.path(self._kernel)
        if not os.path.exists(path):
            raise StepError("the kernel has no setting %s; is a module missing?" % self.name)
        try:
            with parent_of(path) as (directory, name):
                _write(directory.open(name, os.O_WRONLY | os.O_TRUNC), value.encode("utf-8") + b"\n")
        except OSError as error:
            raise StepError(
                "the kernel does not take %s = %s: %s (in a container its host decides)"
                % (self.name, value, error.strerror)
            ) from error

    def _now(self, machine: Machine) -> Optional[str]:
        return " ".join(text_of(machine.path(self._kernel)).split()) or None

    def _require_last(self, machine: Machine) -> None:
        value, path = self._at_boot(machine)
        if self.state != ABSENT and value != self._wanted:
            raise StepError("%s says %s = %s, and counts later; take it out there" % (path, self.name, value))

    def _at_boot(self, machine: Machine) -> Tuple[Optional[str], str]:
        """What counts of all files, and which says it: the last by name, whatever its directory."""
        found: Tuple[Optional[str], str] = (None, "")
        for path in _files(machine, self.sysctl_file):
            value = _assigned(text_of(machine.path(path))).get(self.name)
            found = found if value is None else (value, path)
        return found

    @property
    def _kernel(self) -> str:
        """Where a dot in a part stands as a slash, as in ``net.ipv4.conf.eth0/1.rp_filter``."""
        name = self.name
        path = name.translate(str.maketrans("./", "/.")) if "." in name.partition("/")[0] else name
        return "%s/%s" % (KERNEL, path)


def _write(descriptor: int, value: bytes) -> None:
    try:
        os.write(descriptor, value)
    finally:
        os.close(descriptor)


def _files(machine: Machine, own: str) -> Iterator[str]:
    """Those that systemd-sysctl(8) reads, in its order; an own one elsewhere comes last."""
    found: Dict[str, str] = {}
    for directory in reversed(DIRECTORIES):
        try:
            names = os.listdir(machine.path(directory))
        except OSError:
            continue
        found.update({name: "%s/%s" % (directory, name) for name in names if name.endswith(".conf")})
    # The link that Debian has from 99-sysctl.conf to it is followed by systemd; here the file itself is read.
    ordered = [path for _, path in sorted(found.items())]
    yield from (
        path if os.path.basename(path) != "99-sysctl.conf" else "/etc/sysctl.conf" for path in ordered
    )
    if own not in ordered:
        yield own


def _assigned(text: str) -> Dict[str, str]:
    pairs = re.findall(r"^[ \t]*-?([a-z][^\s=#;]*)[ \t]*=[ \t]*(.*?)[ \t]*$", text, re.MULTILINE)
    return {
        name.replace("/", ".") if "." not in name else name: " ".join(value.split()) for name, value in pairs
    }
