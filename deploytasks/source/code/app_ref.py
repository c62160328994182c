"""Where an app is: the module to import and the name in it that a server calls."""

from __future__ import annotations

import ast
import keyword

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.errors import VariableError
from deploytasks.source.code.syntax import literal_of, syntax_of

_SPEC = regex(r"([^\s:()]+):([^\s:()]+)(\(([^\n]*)\))?")


@frozen
class AppRef:
    """The callable *name* of *module*; with *factory*, what calling it with *arguments* (literals, as text) returns.

    *directory*, relative to the source, is where imports start. *framework* is a guess from the text;
    *interface* is ``wsgi`` or ``asgi``; *found* says what led here (``Procfile``, ``wsgi.py``).
    """

    module: str
    name: str
    factory: bool = False
    directory: str = "."
    framework: str = "wsgi"
    interface: str = "wsgi"
    found: str = "app_callable"
    arguments: str = ""

    def __str__(self) -> str:
        """The way gunicorn takes it: ``module:name``, ``module:factory()`` or ``module:factory("argument")``."""
        return f"{self.module}:{self.name}" + f"({self.arguments})" * self.factory


def parse_callable(value: str, where: str = "app_callable") -> AppRef:
    """The app that *value* names; raises ``VariableError`` unless it is MODULE:NAME or MODULE:FACTORY(...).

    A factory's arguments are literals, as Flask and gunicorn have them.
    """
    match = _SPEC.fullmatch(value)
    if (
        match is None
        or not value.isprintable()
        or not all(map(_is_name, (*match[1].split("."), match[2])))
        or not _are_literal(match[4])
    ):
        raise VariableError(
            f"{where}: {value!r}; must be MODULE:NAME or MODULE:FACTORY(), e.g. shop:app or shop:create_app()"
        )
    return AppRef(match[1], match[2], factory=bool(match[3]), found=where, arguments=(match[4] or "").strip())


def _are_literal(arguments: str | None) -> bool:
    """Whether *arguments*, as they stand in a call, are numbers, texts and the like."""
    if not arguments:
        return True
    try:
        (call,) = syntax_of(f"f({arguments})").body
        made = call.value if isinstance(call, ast.Expr) else None
        if not isinstance(made, ast.Call) or not isinstance(made.func, ast.Name):
            return False
        for value in (*made.args, *(keyword.value for keyword in made.keywords)):
            literal_of(value)
    except (SyntaxError, ValueError):
        return False
    return True


def _is_name(part: str) -> bool:
    return part.isidentifier() and not keyword.iskeyword(part)
