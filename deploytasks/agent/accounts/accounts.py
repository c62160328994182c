"""Users and groups as /etc/passwd and /etc/group list them (passwd(5), group(5))."""

from __future__ import annotations

from typing import Iterator, List, Optional, Tuple

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.frozen import frozen


@frozen
class Account:
    """A user."""

    name: str
    uid: str
    gid: str
    comment: str
    home: str
    shell: str


@frozen
class AccountGroup:
    """A group and those who are in it besides the users whose primary group it is."""

    name: str
    gid: str
    members: Tuple[str, ...]


@frozen
class Shadow:
    """What is kept from others about a user: the hash of the password, and the day after which nobody logs in."""

    password: str
    expires: str


def account(machine: Machine, name: str) -> Optional[Account]:
    """The user *name*, or None."""
    rows = _rows(machine, "/etc/passwd", 7)
    return next((Account(row[0], *row[2:]) for row in rows if row[0] == name), None)


def shadow(machine: Machine, name: str) -> Optional[Shadow]:
    """The user *name* in the file that others cannot read (shadow(5)), or None."""
    rows = _rows(machine, "/etc/shadow", 9)
    return next((Shadow(row[1], row[7]) for row in rows if row[0] == name), None)


def account_groups(machine: Machine) -> Tuple[AccountGroup, ...]:
    """All groups."""
    rows = _rows(machine, "/etc/group", 4)
    return tuple(AccountGroup(row[0], row[2], tuple(filter(None, row[3].split(",")))) for row in rows)


def account_group(machine: Machine, name: str) -> Optional[AccountGroup]:
    """The group *name*, or None."""
    return next((group for group in account_groups(machine) if group.name == name), None)


def _rows(machine: Machine, path: str, fields: int) -> Iterator[List[str]]:
    try:
        with reading(machine.path(path), errors="replace") as file:
            rows = [line.rstrip("\n").split(":") for line in file]
    except OSError:
        return iter(())
    return (row for row in rows if len(row) == fields)
