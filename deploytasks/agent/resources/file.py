"""A regular file with a known content."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Dict, Optional, Tuple

from deploytasks.agent.files.digest import digest_of
from deploytasks.agent.files.entry import give_rights, read_entry, write_entry, write_file
from deploytasks.agent.machine import Machine
from deploytasks.agent.resource import Change, Resource, State

RIGHTS = frozenset({"mode", "owner", "group"})


@dataclass(frozen=True)
class File(Resource):
    """*path* holds *content*; readers see the old content or the new one, never a part.

    *mode* is octal text, *owner* and *group* are names. With *digest* in place of *content* the
    content is the blob of that SHA-256: it travels apart from the plan and is in no diff.
    """

    path: str
    content: Optional[str] = None
    mode: str = "0644"
    owner: str = "root"
    group: str = "root"
    digest: str = ""

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
        if change.after is None or "content" in change.after or change.after["kind"] != "file":
            write_entry(path, change.after)
        else:
            write_file(path, machine.blobs.read(change.after["digest"]), change.after)

    def lacks(self, machine: Machine) -> Tuple[str, ...]:
        if self.content is not None or machine.blobs.find(self.digest):
            return ()
        state: Dict[str, Any] = read_entry(machine.path(self.path)) or {}
        return () if state.get("digest") == self.digest else (self.digest,)

    def sealed(self) -> Tuple[Resource, Dict[str, bytes]]:
        if self.content is None:
            return self, {}
        content = self.content.encode("utf-8", "surrogateescape")
        digest = digest_of(content)
        return replace(self, content=None, digest=digest), {digest: content}
