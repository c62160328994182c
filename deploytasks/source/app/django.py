"""A Django project: its settings, and what they say of the app, read as text."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.source.code.path_text import path_of, text_of
from deploytasks.source.code.syntax import nodes_in

if TYPE_CHECKING:
    from pathlib import Path

    from deploytasks.source.code.modules import Modules


@frozen
class DjangoProject:
    """The project whose ``manage.py``, in *directory* of the source, names the module *settings*."""

    modules: Modules
    settings: str
    directory: str = "."

    @property
    def package(self) -> str:
        return self.settings.partition(".")[0]

    def text(self, name: str, default: str = "") -> str:
        """A setting that is written as a string; *default* for any other."""
        found = self.modules.lookup(f"{self.settings}.{name}")
        text = text_of(found[1]) if found else None
        return default if text is None else text

    def texts(self, name: str) -> tuple[str, ...] | None:
        """A setting that is written as a list of strings; None for any other."""
        found = self.modules.lookup(f"{self.settings}.{name}")
        parts = found[1].elts if found and isinstance(found[1], ast.List | ast.Tuple) else None
        texts = [text_of(part) for part in parts] if parts is not None else [None]
        return None if None in texts else tuple(text for text in texts if text is not None)

    def path(self, name: str) -> str:
        """A setting that is a path below the source, relative to it; empty for any other."""
        found = self.modules.lookup(f"{self.settings}.{name}")
        path = path_of(self.modules, *found) if found else ""
        inside = path and not path.startswith(("/", "..")) and path != "."
        return path if inside else ""


def find_django(modules: Modules) -> DjangoProject | None:
    """The project that a ``manage.py`` belongs to, where imports may start, or None."""
    found = (
        (directory, _settings_of(modules.root / directory / "manage.py")) for directory in modules.directories
    )
    return next(
        (DjangoProject(modules, settings, directory) for directory, settings in found if settings), None
    )


def _settings_of(manage: Path) -> str:
    """The settings that a ``manage.py`` names; empty where it is none."""
    for node in nodes_in(manage):
        match node:
            case ast.Call(func=ast.Attribute(attr="setdefault"), args=[name, value]):
                if text_of(name) == "DJANGO_SETTINGS_MODULE":
                    return text_of(value) or ""
    return ""
