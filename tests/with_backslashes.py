"""The plan for a source, as a controller makes it whose paths have backslashes: ``-m tests.with_backslashes SOURCE``.

With ``--slashes`` before it, as this one makes it.
"""

from __future__ import annotations

import json
import os
import pathlib
import sys
from pathlib import Path, PurePath, PureWindowsPath
from types import ModuleType
from typing import Any

from tests.without_unix import Window, hide, import_as_there


class There(type(Path())):
    """A path whose relative ones are written as on Windows."""

    def relative_to(self, *others: Any, **options: Any) -> PureWindowsPath:  # type: ignore[override]
        return PureWindowsPath(super().relative_to(*others, **options))


def relpath(path: str | PurePath, start: str | PurePath = ".") -> str:
    return os.path.relpath(path, start).replace("/", "\\")


def readlink(path: Any, **options: Any) -> Any:
    target = os.readlink(path, **options)
    return target.replace(b"/", b"\\") if isinstance(target, bytes) else target.replace("/", "\\")


def window(real: ModuleType, **names: Any) -> Window:
    """*real* with *names* in the place of its own."""
    made = Window(real)
    vars(made).update(names)
    return made


THERE = {
    "os": window(os, sep="\\", altsep="/", readlink=readlink, path=window(os.path, relpath=relpath)),
    "pathlib": window(pathlib, Path=There),
}


def import_there(*given: Any, **named: Any) -> ModuleType:
    found = import_as_there(*given, **named)
    return THERE.get(found.__name__, found)


def main(source: str) -> None:
    """Print what the standard roles write, and what travels."""
    from deploytasks.source.tree import Source
    from tests.roles.rendered import rendered

    variables = {"app_name": "hello", "app_source": source, "app_shared": ["data/"]}
    manifest = Source.scan(source, stays=[There(source, "secret", "vars.yml").resolve()]).manifest
    json.dump({"plan": rendered(variables), "travels": [str(entry) for entry in manifest]}, sys.stdout)


if __name__ == "__main__":
    *flags, directory = sys.argv[1:]
    if "--slashes" not in flags:
        hide(import_there)
    main(directory)
