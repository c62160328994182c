"""A name that a host finds without asking anybody."""

from __future__ import annotations

from typing import Iterator, List, Tuple, Union

from deploytasks.agent.disk.part import gives_back, text_of, with_whole, write_text
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_line, require_word

FILE = "/etc/hosts"


@frozen
class HostsEntry(Resource):
    """*names* are found at *address* (hosts(5)).

    They are at no other of its kind, IPv4 or IPv6. Other names of that address stay. With the *state* ``absent``
    none of *names* is found at *address*; without names none at all is. Raises ``ValueError`` for what is no
    address.
    """

    address: str
    names: Union[str, Tuple[str, ...]] = ()
    state: str = "present"

    def __post_init__(self) -> None:
        from ipaddress import ip_address

        ip_address(self.address)
        names = tuple(self.names.split() if isinstance(self.names, str) else self.names)
        object.__setattr__(self, "names", names)
        require_word("state", self.state)
        require_line("names", *names)
        if (self.state != ABSENT and not names) or any(" " in name or "#" in name for name in names):
            raise ValueError("names %r; expected some such as db1 db1.example.org" % (names,))

    def desired(self) -> State:
        if self.state == ABSENT:
            return {"names": []}
        return {"names": sorted(self.names), "elsewhere": []}

    def inspect(self, machine: Machine) -> State:
        path = machine.path(FILE)
        here: List[str] = []
        elsewhere: List[str] = []
        for address, names in map(_parted, text_of(path).splitlines()):
            ours = [name for name in names if name in self.names or not self.names]
            if address == self.address:
                here += ours
            elif self._is_of_kind(address):
                elsewhere += ("%s %s" % (address, name) for name in ours)
        return with_whole(path, {"names": sorted(set(here)), "elsewhere": sorted(elsewhere)})

    def apply(self, machine: Machine, change: Change) -> None:
        path = machine.path(FILE)
        if not gives_back(path, change.after):
            write_text(path, "".join("%s\n" % line for line in self._edited(text_of(path))))

    def _edited(self, text: str) -> Iterator[str]:
        missing = list(self.names) if self.state != ABSENT else []
        for line in text.splitlines():
            address, names = _parted(line)
            goes = self._is_of_kind(address) and (self.state != ABSENT or address == self.address)
            kept = [name for name in names if not goes or not self._is_ours(name)]
            if address == self.address and missing:
                kept, missing = [*kept, *missing], []
            if kept == names:
                yield line
            elif kept:
                yield "%s\t%s%s" % (address, " ".join(kept), _remark(line))
        if missing:
            yield "%s\t%s" % (self.address, " ".join(missing))

    def _is_ours(self, name: str) -> bool:
        return name in self.names or not self.names

    def _is_of_kind(self, address: str) -> bool:
        return bool(address) and (":" in address) == (":" in self.address)


def _parted(line: str) -> Tuple[str, List[str]]:
    words = line.partition("#")[0].split()
    return (words[0], words[1:]) if words else ("", [])


def _remark(line: str) -> str:
    _, mark, text = line.partition("#")
    return " %s%s" % (mark, text) if mark else ""
