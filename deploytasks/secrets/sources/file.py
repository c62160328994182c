"""``file:PATH``: a file on this machine that holds the secret alone, such as ``/run/secrets/db_password``."""

from __future__ import annotations

from deploytasks.here import expanded
from deploytasks.secrets.program import Program, without_line_end
from deploytasks.secrets.unanswered import Unanswered


def is_one(rest: str) -> bool:
    """A path; ``file://…`` is a URL and ``file:name?mode=…`` one of SQLite."""
    return not rest.startswith("//") and "?" not in rest


def ask(rest: str, program: Program) -> str:
    """Its text, less the end of its last line."""
    del program
    try:
        return without_line_end(expanded(rest).read_bytes().decode())
    except OSError as error:
        raise Unanswered(error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise Unanswered("is not UTF-8 text") from None


def advice(rest: str) -> str:
    """Have it there."""
    return f"expected the file {rest} on this machine, with the secret alone in it"
