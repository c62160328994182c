"""Where an app is: the module to import and the name in it that a server calls."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass

from deploytasks.errors import VariableError

_SPEC = re.compile(r"([^\s:()]+):([^\s:()]+)(\(\))?")


@dataclass(frozen=True)
class AppRef:
    """The callable *name* of *module*; with *factory*, what calling it without arguments returns.

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

    def __str__(self) -> str:
        """The way gunicorn takes it: ``module:name`` or ``module:factory()``."""
        return f"{self.module}:{self.name}" + "()" * self.factory


def parse_callable(value: str, where: str = "app_callable") -> AppRef:
    """The app that *value* names; raises ``VariableError`` unless it is MODULE:NAME or MODULE:FACTORY()."""
    match = _SPEC.fullmatch(value)
    if match is None or not all(map(_is_name, (*match[1].split("."), match[2]))):
        raise VariableError(
            f"{where}: {value!r}; must be MODULE:NAME or MODULE:FACTORY(), e.g. shop:app or shop:create_app()"
        )
    return AppRef(match[1], match[2], factory=bool(match[3]), found=where)


def _is_name(part: str) -> bool:
    return part.isidentifier() and not keyword.iskeyword(part)
