"""A Django project: its settings, and what they say of the app, read as text."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploytasks.source.path_text import path_of, text_of
from deploytasks.source.syntax import syntax_of
from deploytasks.source.text_file import bytes_in

if TYPE_CHECKING:
    from deploytasks.source.modules import Modules


@dataclass(frozen=True)
class DjangoProject:
    """The project whose ``manage.py`` names the module *settings*."""

    modules: Modules
    settings: str

    @property
    def package(self) -> str:
        return self.settings.partition(".")[0]

    def text(self, name: str, default: str = "") -> str:
        """A setting that is written as a string; *default* for any other."""
        found = self.modules.lookup(f"{self.settings}.{name}")
        text = text_of(found[1]) if found else None
        return default if text is None else text

    def path(self, name: str) -> str:
        """A setting that is a path below the source, relative to it; empty for any other."""
        found = self.modules.lookup(f"{self.settings}.{name}")
        path = path_of(self.modules, *found) if found else ""
        inside = path and not path.startswith(("/", "..")) and path != "."
        return path if inside else ""


def find_django(modules: Modules) -> DjangoProject | None:
    """The project that ``manage.py`` belongs to, or None."""
    try:
        tree = syntax_of(bytes_in(modules.root / "manage.py"))
    except (OSError, SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "setdefault"
        ):
            match list(map(text_of, node.args)):
                case ["DJANGO_SETTINGS_MODULE", str(settings)]:
                    return DjangoProject(modules, settings)
    return None
