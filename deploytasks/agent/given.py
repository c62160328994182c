"""What a type is given: one of a few words, and lines without an end in them; anything else is refused at once."""

from typing import Any, Mapping, Sequence, Tuple, Union

PRESENT, ABSENT = "present", "absent"
STATES = (PRESENT, ABSENT)
Pairs = Union[Mapping[str, Any], Tuple[Tuple[str, str], ...]]
"""Settings by name, as a mapping or in pairs."""


def pairs_of(given: Pairs) -> Tuple[Tuple[str, str], ...]:
    """*given* as it travels; what YAML takes for true is ``yes``."""
    pairs = given.items() if isinstance(given, Mapping) else given
    return tuple((str(name), _text(value)) for name, value in pairs)


def _text(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def require_word(what: str, value: str, allowed: Sequence[str] = STATES) -> None:
    """Raise ``ValueError`` when *value*, which is called *what*, is none of those *allowed*."""
    if value not in allowed:
        raise ValueError("%s %r; expected one of %s" % (what, value, ", ".join(allowed)))


def require_line(what: str, *values: str) -> None:
    """Raise ``ValueError`` for one of *values* that would end its line in a file, or hides something in it."""
    for value in values:
        if not value.replace("\t", " ").isprintable():
            raise ValueError("%s %r; expected one line without control characters" % (what, value))


def require_name(what: str, value: str, besides: str = "-_") -> None:
    """Raise ``ValueError`` when *value* is no name for a file of its own: letters, digits and what is *besides*."""
    letters = "".join(letter for letter in value if letter not in besides)
    if not (letters.isalnum() and letters.isascii()) or value[0] in "-.":
        told = " ".join(besides)
        raise ValueError(
            "%s %r; expected letters, digits and %s, such as nightly-backup" % (what, value, told)
        )
