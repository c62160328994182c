"""The variables in a compose file's values: ``$NAME``, ``${NAME}``, ``${NAME:-default}`` and the like.

The forms are those of https://docs.docker.com/reference/compose-file/interpolation/, which a POSIX shell has, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
OPERATOR = regex(r":?[-?+]")
SPECIAL = regex(r'([\\"`$])')
SPECIAL_IN_WORD = regex(r'([\\"`$}])')


@frozen
class Variable:
    """A variable *name*; with an *operator* such as ``:-``, the *word* that it stands before."""

    name: str
    operator: str = ""
    word: Text = ()

    def value(self, known: Mapping[str, str]) -> Text:
        """What it stands for when *known* are all variables; raises ``ValueError`` for one that has to be set."""
        is_set = self.name in known and not (self.operator.startswith(":") and not known[self.name])
        if self.operator.endswith("+"):
            return self.word if is_set else ()
        if is_set:
            return (known[self.name],)
        if self.operator.endswith("-"):
            return self.word
        why = "".join(part for part in self.word if isinstance(part, str))
        raise ValueError(f"{self.name} is not set{f' ({why})' if why else ''}; set it with app_env")


Text = tuple["str | Variable", ...]
"""What is written as it is, and variables between it."""


def parsed(text: str) -> Text:
    """The parts of *text*; raises ``ValueError`` for a ``$`` that begins no variable."""
    return _parts(text, 0, "")[0]


def resolved(text: str, known: Mapping[str, str]) -> str:
    """*text* with the values of its variables; raises ``ValueError`` for one that is not *known*."""
    return _resolved(parsed(text), known)


def resolved_in_part(text: str, known: Mapping[str, str]) -> Text:
    """The parts of *text* with the values of those variables that are *known*; the others are left to the host."""
    return tuple(_known(parsed(text), known))


def variables_in(text: str) -> frozenset[str]:
    """The names of the variables in *text*; raises ``ValueError`` as ``parsed``."""
    return frozenset(_names(parsed(text)))


def for_compose(parts: Text) -> str:
    """*parts* as a compose file has them; raises ``ValueError`` for a ``}`` where it would end a variable."""
    return "".join(
        part.replace("$", "$$")
        if isinstance(part, str)
        else f"${{{part.name}{_operation_for_compose(part)}}}"
        for part in parts
    )


def _operation_for_compose(variable: Variable) -> str:
    if any("}" in part for part in variable.word if isinstance(part, str)):
        raise ValueError(
            f"a value in ${{{variable.name}{variable.operator}...}} holds a }}, which would end it; "
            f"set {variable.name} with app_env"
        )
    return variable.operator + for_compose(variable.word)


def for_shell(parts: Text) -> str:
    """*parts* as a word of sh(1), in double quotes."""
    return f'"{_in_quotes(parts)}"'


def _in_quotes(parts: Text, special: re.Pattern[str] = SPECIAL) -> str:
    return "".join(
        special.sub(r"\\\1", part) if isinstance(part, str) else f"${{{part.name}{_operation(part)}}}"
        for part in parts
    )


def _operation(variable: Variable) -> str:
    # The shell would stop at a variable that nobody has set, where Compose takes it for empty.
    return f"{variable.operator}{_in_quotes(variable.word, SPECIAL_IN_WORD)}" if variable.operator else "-"


def _names(parts: Text) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Variable):
            yield part.name
            yield from _names(part.word)


def _resolved(parts: Text, known: Mapping[str, str]) -> str:
    return "".join(part if isinstance(part, str) else _resolved(part.value(known), known) for part in parts)


def _known(parts: Text, known: Mapping[str, str]) -> Iterator[str | Variable]:
    for part in parts:
        if isinstance(part, Variable) and part.name in known:
            yield _resolved(part.value(known), known)
        elif isinstance(part, Variable):
            yield Variable(part.name, part.operator, tuple(_known(part.word, known)))
        else:
            yield part


def _parts(text: str, start: int, closing: str) -> tuple[Text, int]:
    """The parts of *text* from *start* to *closing*, and where that stands."""
    parts: list[str | Variable] = []
    plain, at = "", start
    while at < len(text) and text[at] != closing:
        if text[at] != "$":
            plain, at = plain + text[at], at + 1
        elif text[at : at + 2] == "$$":
            plain, at = plain + "$", at + 2
        else:
            variable, at = _variable(text, at + 1)
            parts += [plain, variable] if plain else [variable]
            plain = ""
    if closing and at == len(text):
        raise ValueError(f"{text!r}: a ${{ is not closed")
    return (*parts, *([plain] if plain else [])), at


def _variable(text: str, at: int) -> tuple[Variable, int]:
    braced = text[at : at + 1] == "{"
    name = NAME.match(text, at + braced)
    if name is None:
        raise ValueError(f"{text!r}: a $ that begins no variable is written $$")
    if not braced:
        return Variable(name[0]), name.end()
    operator = OPERATOR.match(text, name.end())
    after = operator.end() if operator else name.end()
    word, end = _parts(text, after, "}")
    if word and not operator:
        raise ValueError(f"{text!r}: expected such as ${{{name[0]}:-default}}")
    return Variable(name[0], operator[0] if operator else "", word), end + 1
