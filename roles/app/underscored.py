"""Header fields with an underscore in their name, which no app hears but those that it asks for.

WSGI knows a field by its name in capitals with ``_`` for ``-`` (PEP 3333), so ``X_Forwarded_For`` is to an app what
``X-Forwarded-For`` is, and no web server has looked at it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from deploytasks.agent.regex import regex
from deploytasks.planning.deployment import deployment_of
from deploytasks.roles.app import strangers

if TYPE_CHECKING:
    from deploytasks.inventory import Host

NAME = regex(r"[A-Za-z0-9-]*[A-Za-z0-9]_[A-Za-z0-9_-]*")
OF_THE_WEB_SERVER = (
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
    "X-Real-IP",
)
"""What it writes itself, of the visitor that it sees."""
OF_HTTP = ("Content-Length", "Content-Type", "Transfer-Encoding")
"""What says where a body ends, and what it is."""
TAKEN = (*OF_THE_WEB_SERVER, *strangers.HEADERS, *OF_HTTP)


def underscored_of(host: Host) -> dict[str, str]:
    """The fields that the app asks for, by the name under which each of them is handed on; case is nothing to HTTP."""
    return {hyphenated(name).lower(): name for name in deployment_of(host).v.underscored_headers}


def hyphenated(name: str) -> str:
    """What WSGI takes for the same field."""
    return name.replace("_", "-")


def disguises() -> str:
    """A regular expression for names that would be taken for another's word: one with ``_`` in the place of ``-``."""
    names = (name.replace("-", ".") for name in TAKEN if "-" in name)
    return f"^(?=.*_)({'|'.join(names)})$"


def require_names(names: Iterable[str]) -> None:
    """Raises ``ValueError`` for what has no underscore, and for what would be taken for the web server's own word."""
    taken = {name.lower() for name in TAKEN}
    for name in names:
        if not NAME.fullmatch(name):
            raise ValueError(
                f"underscored_headers: {name!r}; expected a header field's name with an underscore, such as api_key"
            )
        if hyphenated(name).lower() in taken:
            raise ValueError(
                f"underscored_headers: an app takes {name!r} for {hyphenated(name)!r}, which only the web server and "
                "trusted proxies may say; leave it out"
            )
