"""A regular file with a known content."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, Optional, Tuple, Union

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.disk.entry import (
    give_rights,
    read_entry,
    write_entry,
    write_file,
)
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.files.approval import require_approval, require_place
from deploytasks.agent.frozen import frozen

RIGHTS = frozenset({"mode", "owner", "group"})


@frozen
class File(Resource):
    """*path* holds *content*.

    Readers see the old content or the new one, never a part.

    *mode* is octal text, *owner* and *group* are names. With *digest* in place of *content* the
    content is the blob of that SHA-256: it travels apart from the plan and is in no diff. Bytes may be a content, too.

    The program *validate*, in which ``{}`` stands for a file of the new content, is asked before that is in place:
    what it does not end well for is refused, such as ``("visudo", "-cf", "{}")``.
    """

    path: str
    content: Optional[Union[str, bytes]] = None
    mode: str = "0644"
    owner: str = "root"
    group: str = "root"
    digest: str = ""
    validate: Tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.content, bytes):
            object.__setattr__(self, "content", self.content.decode("utf-8", "surrogateescape"))
        object.__setattr__(self, "validate", tuple(self.validate))
        require_place(self.validate)

    def desired(self) -> State:
        rights = {"kind": "file", "mode": self.mode, "owner": self.owner, "group": self.group}
        if self.content is None:
            return {**rights, "digest": self.digest}
        return {**rights, "content": self.content}

    def inspect(self, machine: Machine) -> State:
        return read_entry(machine.path(self.path))

    def apply(self, machine: Machine, change: Change) -> None:
        path = machine.path(self.path)
        if (
            change.after
            and change.keys
            and RIGHTS.issuperset(change.keys)
            and give_rights(path, change.after)
        ):
            return
        if self.validate and change.after == self.desired():
            require_approval(machine, self.validate, self.path, self._bytes(machine))
        if change.after is None or "content" in change.after or change.after["kind"] != "file":
            write_entry(path, change.after)
        else:
            write_file(path, machine.blobs.read(change.after["digest"]), change.after)

    def _bytes(self, machine: Machine) -> bytes:
        if self.content is None:
            return machine.blobs.read(self.digest)
        return str(self.content).encode("utf-8", "surrogateescape")

    def lacks(self, machine: Machine) -> Tuple[str, ...]:
        if self.content is not None or machine.blobs.find(self.digest):
            return ()
        state: Dict[str, Any] = read_entry(machine.path(self.path)) or {}
        return () if state.get("digest") == self.digest else (self.digest,)

    def sealed(self) -> Tuple[Resource, Dict[str, bytes]]:
        if self.content is None:
            return self, {}
        content = str(self.content).encode("utf-8", "surrogateescape")
        digest = digest_of(content)
        return replace(self, content=None, digest=digest), {digest: content}
