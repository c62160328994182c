"""The domains of a site, in the form in which every web server's ``server_name`` has them."""

from __future__ import annotations

from deploytasks.agent.regex import regex

LONGEST = 253
LABEL = regex(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def domains(server_name: str, variable: str = "server_name") -> tuple[str, ...]:
    """The names in *server_name*, separated by blanks or commas; none when the site answers to any (``_``).

    Raises ``ValueError`` for what is not a host name; a first label ``*`` is one (RFC 1123, RFC 6125).
    """
    names = tuple(name for name in server_name.replace(",", " ").split() if name != "_")
    for name in names:
        _require_domain(name, variable)
    return names


def redirected(redirect_names: str | tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """The names that lead to the first of *names*; ``ValueError`` where there is none, or where one is served itself.

    *redirect_names* is a list, or a text as that of the site's own names.
    """
    text = redirect_names if isinstance(redirect_names, str) else " ".join(redirect_names)
    found = domains(text, "redirect_names")
    if found and not first_of(names):
        raise ValueError("redirect_names: lead to the first domain of server_name, which has none")
    for name in found:
        if name in names:
            raise ValueError(f"redirect_names: server_name has {name!r}, too; it can be in one of them")
    return found


def first_of(names: tuple[str, ...]) -> str:
    """The first domain that is no pattern; empty when there is none."""
    return next((name for name in names if not name.startswith("*")), "")


def _require_domain(name: str, variable: str) -> None:
    if not name.isascii():
        form = name.encode("idna").decode("ascii")
        raise ValueError(f"{variable}: {name!r}; use its IDNA form {form}")
    labels = name.removeprefix("*.").split(".")
    if len(name) > LONGEST or not all(LABEL.fullmatch(label) for label in labels):
        raise ValueError(
            f"{variable}: {name!r} is not a host name; expected such as example.org or *.example.org"
        )
