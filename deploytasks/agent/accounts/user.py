"""A user of the operating system."""

from __future__ import annotations

import os
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

from deploytasks.agent.accounts.accounts import Account, AccountGroup, account, account_group, account_groups
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen


@frozen
class User(Resource):
    """The user *name* exists with this home, shell and group.

    Nobody can log in as *name* with a password.

    *group* is the primary one, by default the user's own. Of *groups* it is a member besides; other
    memberships stay as they are. The home directory is made for ordinary users only (useradd(8)). With a *comment*
    an account that has another one was made by somebody else, and is used as it is.
    """

    name: str
    system: bool = True
    home: str = "/nonexistent"
    shell: str = "/usr/sbin/nologin"
    group: Optional[str] = None
    groups: Tuple[str, ...] = ()
    comment: str = ""

    def desired(self) -> State:
        return {
            **({"comment": self.comment} if self.comment else {}),
            "home": self.home,
            "shell": self.shell,
            "group": self.group or self.name,
            "groups": sorted(self.groups),
        }

    def inspect(self, machine: Machine) -> State:
        found = account(machine, self.name)
        if found is None:
            return None
        if self._is_somebody_elses(found):
            return self.desired()
        groups = account_groups(machine)
        return {
            "comment": found.comment,
            "home": found.home,
            "shell": found.shell,
            "group": next((group.name for group in groups if group.gid == found.gid), found.gid),
            "groups": sorted(_memberships(groups, self.name) & set(self.groups)),
        }

    def apply(self, machine: Machine, change: Change) -> None:
        if change.after is None:
            machine.run(["userdel", "--", self.name])
        elif change.before is None:
            machine.run(["useradd", *self._new(machine, change.after), "--", self.name])
        else:
            machine.run(["usermod", *self._settings(machine, change), "--", self.name])

    def brings_back(self, machine: Machine, before: State) -> bool:
        """What was not there goes, unless files of its stay: the next account would get its number, and them."""
        return before is not None or not self._owns_something(machine)

    def _owns_something(self, machine: Machine) -> bool:
        found = account(machine, self.name)
        return found is not None and any(str(uid) == found.uid for uid in _owners(machine.path(self.home)))

    def _is_somebody_elses(self, found: Account) -> bool:
        """Those of the first versions have no comment, and their home and shell."""
        if not self.comment or found.comment == self.comment:
            return False
        return bool(found.comment) or (found.home, found.shell) != (self.home, self.shell)

    def _new(self, machine: Machine, after: Dict[str, Any]) -> List[str]:
        kind = ["--system", "--no-create-home"] if self.system else ["--create-home"]
        has_group = account_group(machine, after["group"]) is not None
        group = ["--gid", after["group"]] if self.group or has_group else ["--user-group"]
        groups = ["--groups", ",".join(after["groups"])] if after["groups"] else []
        comment = ["--comment", after["comment"]] if after.get("comment") else []
        return [*kind, *comment, "--home-dir", after["home"], "--shell", after["shell"], *group, *groups]

    def _settings(self, machine: Machine, change: Change) -> List[str]:
        after = change.after or {}
        others = _memberships(account_groups(machine), self.name) - set(self.groups)
        values = {
            "comment": ["--comment", after.get("comment", "")],
            "home": ["--home", after["home"]],
            "shell": ["--shell", after["shell"]],
            "group": ["--gid", after["group"]],
            "groups": ["--groups", ",".join(sorted({*others, *after["groups"]}))],
        }
        return [word for key in change.keys for word in values[key]]


def _owners(directory: str) -> Iterator[int]:
    """Whose each thing in *directory* is."""
    for path, names, files in os.walk(directory):
        yield from (os.lstat(os.path.join(path, name)).st_uid for name in (*names, *files))


def _memberships(groups: Tuple[AccountGroup, ...], name: str) -> Set[str]:
    return {group.name for group in groups if name in group.members}
