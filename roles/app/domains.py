"""The domains of a site, in the form in which every web server's ``server_name`` has them."""

from __future__ import annotations

import re

LONGEST = 253
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def domains(server_name: str) -> tuple[str, ...]:
    """The names in *server_name*, separated by blanks or commas; none when the site answers to any (``_``).

    Raises ``ValueError`` for what is not a host name; a first label ``*`` is one (RFC 1123, RFC 6125).
    """
    names = tuple(name for name in server_name.replace(",", " ").split() if name != "_")
    for name in names:
        _require_domain(name)
    return names


def _require_domain(name: str) -> None:
    if not name.isascii():
        form = name.encode("idna").decode("ascii")
        raise ValueError(f"server_name: {name!r}; use its IDNA form {form}")
    labels = name.removeprefix("*.").split(".")
    if len(name) > LONGEST or not all(LABEL.fullmatch(label) for label in labels):
        raise ValueError(
            f"server_name: {name!r} is not a host name; expected such as example.org or *.example.org"
        )
