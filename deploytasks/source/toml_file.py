"""A TOML file of the source, read with its mistakes located."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from deploytasks.agent.regex import regex
from deploytasks.errors import SourceError
from deploytasks.source.text_file import text_in

if TYPE_CHECKING:
    from pathlib import Path

_POSITION = regex(r"(.*) \(at line (\d+), column (\d+)\)")


def read_toml(path: Path, shape: Any) -> dict[str, Any]:
    """The tables of *path*, which are of *shape*; raises ``SourceError`` with file, line and column."""
    import msgspec

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        document: dict[str, Any] = tomllib.loads(text_in(path))
        msgspec.convert(document, shape)
    except tomllib.TOMLDecodeError as error:
        match = _POSITION.fullmatch(str(error))
        where, reason = (f"{path}:{match[2]}:{match[3]}", match[1]) if match else (str(path), str(error))
        raise SourceError(f"{where}: not TOML: {reason}") from error
    except msgspec.ValidationError as error:
        raise SourceError(f"{path}: {error}") from error
    except RecursionError as error:
        raise SourceError(f"{path}: nested too deeply") from error
    return document


def line_of(path: Path, text: str) -> str:
    """``FILE:LINE`` of the first line of *path* that holds *text*, or the file alone."""
    for number, line in enumerate(text_in(path).splitlines(), 1):
        if text in line:
            return f"{path}:{number}"
    return str(path)
