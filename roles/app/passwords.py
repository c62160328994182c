"""Who is let in to a site: names and passwords, hashed here, so that no host ever has a password."""

from __future__ import annotations

import posixpath
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.agent.regex import regex
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Step

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.plan import Handler

NAME = regex(r"[A-Za-z0-9._@+-]{1,64}")
LONGEST = 72
"""Of a longer password bcrypt sees no more, in bytes."""
COST = 8
"""Web servers hash at each request, files among them: some 15 ms of a worker, where 10 would be 60."""
SALT_BYTES = 16
USUAL, OF_BCRYPT = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
)
"""The 64 letters of RFC 4648, and bcrypt's."""


def require_logins(logins: Mapping[str, str]) -> None:
    """Raise ``ValueError`` for a name or a password that is none; it tells no password."""
    for name, password in logins.items():
        if not NAME.fullmatch(name):
            raise ValueError(f"basic_auth: {name!r} is no name; expected letters, digits and ._@+-")
        if not password or "\0" in password:
            raise ValueError(f"basic_auth: {name} has no password that could be typed")
        if len(password.encode()) > LONGEST:
            raise ValueError(
                f"basic_auth: the password of {name} is longer than {LONGEST} bytes, which bcrypt does not look at"
            )


def password_steps(
    host: Host,
    logins: Mapping[str, str],
    place: str,
    group: str,
    *,
    separator: str = ":",
    notify: tuple[Handler, ...] = (),
) -> Iterator[Step]:
    """The file *place* has a line for each of *logins*, for *group* to read; a rollback leaves the newest."""
    yield Step(
        "make the directory of passwords", resources.Directory(posixpath.dirname(place), "0750", group=group)
    )
    lines = (f"{name}{separator}{hashed(host, name, password)}\n" for name, password in logins.items())
    text = "".join(["# Who is let in, by bcrypt. Managed by deploytasks.\n", *lines])
    file = resources.LastingFile(place, text, mode="0640", group=group)
    yield Step("bring the passwords", file, notify=notify, sensitive=True)


def hashed(host: Host, name: str, password: str) -> str:
    """The *password* of *name* by bcrypt: the same each time, and another one at each site."""
    deployment = deployment_of(host)
    return _bcrypt("\0".join((deployment.app.name, host.name, *deployment.front.names, name)), password)


@cache
def _bcrypt(whose: str, password: str) -> str:
    """The salt is made of *whose* it is: not of the password, which a fast hash would give away."""
    from bcrypt import hashpw

    salt = b64encode(sha256(whose.encode()).digest()[:SALT_BYTES]).decode().rstrip("=")
    parameters = f"$2b${COST:02}${salt.translate(str.maketrans(USUAL, OF_BCRYPT))}"
    # $2y$ is what Apache calls the same.
    return hashpw(password.encode(), parameters.encode()).decode().replace("$2b$", "$2y$", 1)
