"""Users and groups of a host, by number and by name; who asks for them imports this where it asks."""

from __future__ import annotations

import grp
import os
import pwd
from typing import Any

from deploytasks.agent.errors import StepError


def own_number() -> int:
    """Of the user who this runs as."""
    return os.geteuid()


def user_name(uid: int) -> str:
    """Who has that number; the number itself where nobody has."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_name(gid: int) -> str:
    """The group of that number; the number itself where none has."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def user_number(name: str) -> int:
    """Of the user *name*, who may be given as a number; raises ``StepError`` for nobody."""
    return int(name) if name.isdigit() else int(_lookup(pwd.getpwnam, name, "user").pw_uid)


def group_number(name: str) -> int:
    """As ``user_number``, of a group."""
    return int(name) if name.isdigit() else int(_lookup(grp.getgrnam, name, "group").gr_gid)


def give_link(directory: int, name: str, owner: int, group: int) -> None:
    """The link *name* in the open *directory* another owner and group; where it leads keeps its own."""
    os.chown(name, owner, group, dir_fd=directory, follow_symlinks=False)


def _lookup(find: Any, name: str, what: str) -> Any:
    try:
        return find(name)
    except KeyError as missing:
        raise StepError("there is no %s %r; a step before this one must make it" % (what, name)) from missing
