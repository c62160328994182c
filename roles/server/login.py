"""Who logs in: people with keys, and what they may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from deploytasks.here import expanded
from deploytasks.planning.plan import Step
from deploytasks.resources import AuthorizedKeys, Package, Sudoers, User

UserName = Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_-]{0,31}\Z", examples=["alice"])]
PUBLIC = ".pub"


class Login(Struct, frozen=True, forbid_unknown_fields=True):
    """What the inventory says of somebody: *keys* are public keys, or files here that end in ``.pub``."""

    keys: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    sudo: bool = False
    shell: str = "/bin/bash"
    exclusive: bool = False
    state: Literal["present", "absent"] = "present"


def logins(users: Mapping[str, Login]) -> Iterator[Step]:
    """Raises ``ValueError`` for a key that is none, and for a file of one that is not there."""
    if any(login.sudo and login.state == "present" for login in users.values()):
        yield Step("install sudo", Package("sudo"))
    for name, login in users.items():
        yield from _absent(name) if login.state == "absent" else _present(name, login)


def _present(name: str, login: Login) -> Iterator[Step]:
    user = User(name, False, f"/home/{name}", login.shell, groups=login.groups)
    yield Step(f"make the user {name}", user)
    if login.keys or login.exclusive:
        keys = tuple(_key(key) for key in login.keys)
        yield Step(f"let {name} log in", AuthorizedKeys(name, keys, exclusive=login.exclusive))
    yield Step(f"say what {name} may do", _sudoers(name, may=login.sudo))


def _absent(name: str) -> Iterator[Step]:
    yield Step(f"take away what {name} may do", _sudoers(name, may=False))
    yield Step(f"remove the user {name}", User(name, state="absent"))


def _sudoers(name: str, *, may: bool) -> Sudoers:
    return Sudoers(f"60-{name}", user=name, state="present" if may else "absent")


def _key(given: str) -> str:
    """The public key itself; one of somebody's files is read."""
    if not given.endswith(PUBLIC) or " " in given.strip():
        return given
    place: Path = expanded(given)
    try:
        return place.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"{given}: {error.strerror}; name a public key, or a file of one") from error
