"""Names of a site that lead to its first one, in the form in which every web server's ``redirect_names`` has them."""

from __future__ import annotations

from collections.abc import Sequence

from deploytasks.roles.app.domains import domains


def redirected(given: str | Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """The names in *given*, a text or a list; *names* are the site's own.

    Raises ``ValueError`` for what is no host name, is served itself, or has no name to lead to.
    """
    try:
        found = domains(given if isinstance(given, str) else " ".join(given))
    except ValueError as error:
        raise ValueError(str(error).replace("server_name", "redirect_names", 1)) from None
    if found and destination(names) is None:
        raise ValueError("redirect_names: lead where? the site's server_name has to have a name without *")
    both = sorted({*found} & {*names})
    if both:
        raise ValueError(f"redirect_names: {both[0]} is in the site's server_name, too; leave it out of one of them")
    return found


def destination(names: Sequence[str]) -> str | None:
    """The name that they lead to: the first that is no pattern."""
    return next((name for name in names if not name.startswith("*")), None)
