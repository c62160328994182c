"""A file that holds a secret of the host."""

from __future__ import annotations

from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.files.secret import read_secret
from deploytasks.agent.frozen import frozen

PLACE = "{secret}"


@frozen
class SecretFile(Resource):
    """*path* holds *content* with a secret of the host in it.

    ``{secret}`` stands for what the ``Secret`` at *secret* keeps.

    Plans, diffs and the journal have the content with its place, not with the secret.
    """

    path: str
    content: str
    secret: str
    mode: str = "0600"
    owner: str = "root"
    group: str = "root"

    def desired(self) -> State:
        rights = {"kind": "file", "mode": self.mode, "owner": self.owner, "group": self.group}
        return {**rights, "content": self.content}

    def inspect(self, machine: Machine) -> State:
        entry = read_entry(machine.path(self.path))
        secret = read_secret(machine, self.secret)
        if entry is None or "content" not in entry:
            return entry
        content = entry["content"].replace(secret, PLACE) if secret else entry["content"]
        return {name: value for name, value in {**entry, "content": content}.items() if name != "digest"}

    def apply(self, machine: Machine, change: Change) -> None:
        after = change.after
        if after is not None and "content" in after:
            after = {**after, "content": after["content"].replace(PLACE, read_secret(machine, self.secret))}
        write_entry(machine.path(self.path), after)
