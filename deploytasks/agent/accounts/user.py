"""A user of the operating system."""

from __future__ import annotations

import os
import time
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

from deploytasks.agent.accounts.accounts import (
    Account,
    AccountGroup,
    account,
    account_group,
    account_groups,
    shadow,
)
from deploytasks.agent.disk.part import text_of
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_word
from deploytasks.agent.regex import regex

HASH = regex(r"[!*]|!?\$[0-9a-z]+\$[!-9;-~]+")
"""What crypt(5) makes of a password, locked with an exclamation mark perhaps, or none that could ever fit."""
DAY = regex(r"\d{4}-\d\d-\d\d")
NEVER = "never"
SKELETON = "/etc/skel"
ALWAYS, ON_CREATE = "always", "on_create"
DAY_S = 86400


@frozen
class User(Resource):
    """The user *name* exists with this home, shell and group.

    Nobody can log in as *name* with a password, unless *password* is the hash of one (crypt(5), mkpasswd(1)); a
    step with one is ``sensitive``. With *update_password* ``on_create`` a user who is there keeps the own one.

    *group* is the primary one, by default the user's own. Of *groups* it is a member besides; other memberships
    stay as they are, unless *append* is False. The home directory is made for ordinary users only, or as
    *create_home* says (useradd(8)); with *move_home* a new *home* gets what is in the old one. After the day
    *expires*, such as ``2027-01-31``, nobody logs in; ``never`` takes that away. With the *state* ``absent`` there
    is no such user; with *remove* the home directory goes, too. With a *comment* an account that has another one
    was made by somebody else, and is used as it is.

    Parameters as in ansible.builtin.user. Raises ``ValueError`` for a password that is no hash.
    """

    name: str
    system: bool = True
    home: str = "/nonexistent"
    shell: str = "/usr/sbin/nologin"
    group: Optional[str] = None
    groups: Tuple[str, ...] = ()
    comment: str = ""
    uid: Optional[int] = None
    password: Optional[str] = None
    update_password: str = ALWAYS
    append: bool = True
    create_home: Optional[bool] = None
    move_home: bool = False
    expires: Optional[str] = None
    state: str = "present"
    remove: bool = False

    def __post_init__(self) -> None:
        require_word("state", self.state)
        require_word("update_password", self.update_password, (ALWAYS, ON_CREATE))
        if self.password is not None and not HASH.fullmatch(self.password):
            raise ValueError("password: expected its hash, as `mkpasswd` makes it, or ! for none; not itself")
        if self.expires not in (None, NEVER) and not DAY.fullmatch(str(self.expires)):
            raise ValueError("expires %r; expected a day such as 2027-01-31, or never" % self.expires)

    def desired(self) -> State:
        if self.state == ABSENT:
            return None
        wanted = {"uid": self.uid, "password": self.password, "expires": self.expires}
        return {
            **({"comment": self.comment} if self.comment else {}),
            "home": self.home,
            "shell": self.shell,
            "group": self.group or self.name,
            "groups": sorted(self.groups),
            **{key: value for key, value in wanted.items() if value is not None},
        }

    def inspect(self, machine: Machine) -> State:
        found = account(machine, self.name)
        if found is None:
            return None
        if self.state != ABSENT and self._is_somebody_elses(found):
            return self.desired()
        groups = account_groups(machine)
        memberships = _memberships(groups, self.name)
        return {
            "comment": found.comment,
            "home": found.home,
            "shell": found.shell,
            "group": next((group.name for group in groups if group.gid == found.gid), found.gid),
            "groups": sorted(memberships & set(self.groups) if self.append else memberships),
            "uid": int(found.uid),
            **self._of_shadow(machine),
        }

    def _of_shadow(self, machine: Machine) -> Dict[str, Any]:
        found = shadow(machine, self.name)
        if found is None:
            return {}
        kept = self.password is None or self.update_password == ON_CREATE
        return {"expires": _day(found.expires), "password": self.password if kept else found.password}

    def apply(self, machine: Machine, change: Change) -> None:
        if change.after is None:
            with_home = self.remove or self._home_is_as_made(machine)
            machine.run(["userdel", *(["--remove"] if with_home else []), "--", self.name])
            return
        if change.before is None:
            machine.run(["useradd", *self._new(machine, change.after), "--", self.name])
        elif set(change.keys) != {"password"}:
            machine.run(["usermod", *self._settings(machine, change), "--", self.name])
        if "password" in change.keys:
            self._set_password(machine, change.after["password"])

    def _set_password(self, machine: Machine, password: str) -> None:
        """By standard input: arguments are seen by everybody."""
        done = machine.ask(["chpasswd", "--encrypted"], stdin="%s:%s\n" % (self.name, password))
        if not done.ok:
            raise StepError("chpasswd did not take the hash of the password", done.output)

    def brings_back(self, machine: Machine, before: State) -> bool:
        """What was not there goes, unless files of its stay: the next account would get its number, and them.

        A home that is as it was made goes, too. Whom this run has removed it cannot make again.
        """
        if self.state == ABSENT:
            return False
        return before is not None or self._home_is_as_made(machine) or not self._owns_something(machine)

    def _home_is_as_made(self, machine: Machine) -> bool:
        """Whether all in the home of a user who is wanted is what useradd(8) has put there, from /etc/skel."""
        home = machine.path(self.home)
        if self.state == ABSENT or not self._makes_home or not os.path.isdir(home):
            return False
        there = _paths_below(home)
        return there == _paths_below(machine.path(SKELETON)) and all(
            text_of(os.path.join(home, path)) == text_of(machine.path(os.path.join(SKELETON, path)))
            for path in there
        )

    @property
    def _makes_home(self) -> bool:
        return not self.system if self.create_home is None else self.create_home

    def _owns_something(self, machine: Machine) -> bool:
        found = account(machine, self.name)
        return found is not None and any(str(uid) == found.uid for uid in _owners(machine.path(self.home)))

    def _is_somebody_elses(self, found: Account) -> bool:
        """Those of the first versions have no comment, and their home and shell."""
        if not self.comment or found.comment == self.comment:
            return False
        return bool(found.comment) or (found.home, found.shell) != (self.home, self.shell)

    def _new(self, machine: Machine, after: Dict[str, Any]) -> List[str]:
        home_too = "--create-home" if self._makes_home else "--no-create-home"
        kind = [*(["--system"] if self.system else []), home_too]
        has_group = account_group(machine, after["group"]) is not None
        group = ["--gid", after["group"]] if self.group or has_group else ["--user-group"]
        groups = ["--groups", ",".join(after["groups"])] if after["groups"] else []
        comment = ["--comment", after["comment"]] if after.get("comment") else []
        more = [word for key in ("uid", "expires") if key in after for word in _more(key, after[key])]
        home = ["--home-dir", after["home"], "--shell", after["shell"]]
        return [*kind, *comment, *home, *group, *groups, *more]

    def _settings(self, machine: Machine, change: Change) -> List[str]:
        after = change.after or {}
        others = _memberships(account_groups(machine), self.name) - set(self.groups) if self.append else set()
        values = {
            "comment": ["--comment", after.get("comment", "")],
            "home": ["--home", after["home"], *(["--move-home"] if self.move_home else [])],
            "shell": ["--shell", after["shell"]],
            "group": ["--gid", after["group"]],
            "groups": ["--groups", ",".join(sorted({*others, *after["groups"]}))],
            "password": [],
            **{key: _more(key, after.get(key)) for key in ("uid", "expires")},
        }
        return [word for key in change.keys for word in values[key]]


def _more(key: str, value: Any) -> List[str]:
    if key == "uid":
        return ["--uid", str(value)]
    return ["--expiredate", "" if value == NEVER else str(value)]


def _day(days: str) -> str:
    """The day that shadow(5) counts from the epoch."""
    return time.strftime("%Y-%m-%d", time.gmtime(int(days) * DAY_S)) if days.isdigit() else NEVER


def _paths_below(directory: str) -> Set[str]:
    """All files in *directory*, from there on."""
    found = (os.path.join(path, name) for path, _, names in os.walk(directory) for name in names)
    return {os.path.relpath(path, directory) for path in found}


def _owners(directory: str) -> Iterator[int]:
    """Whose each thing in *directory* is."""
    for path, names, files in os.walk(directory):
        yield from (os.lstat(os.path.join(path, name)).st_uid for name in (*names, *files))


def _memberships(groups: Tuple[AccountGroup, ...], name: str) -> Set[str]:
    return {group.name for group in groups if name in group.members}
