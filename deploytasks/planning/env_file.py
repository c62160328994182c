"""The file that ``app_env_file`` names: ``KEY=value`` lines on the controller."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from deploytasks.errors import VariableError
from deploytasks.here import expanded

if TYPE_CHECKING:
    from pathlib import Path

LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


def read_env_file(path: Path | str) -> dict[str, str]:
    """The variables in *path*; raises ``VariableError`` with a ``file:line`` for each thing that is wrong."""
    try:
        text = expanded(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VariableError(
            f"app_env_file: {path}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}"
        ) from error
    if expanded(path).stat().st_mode & 0o077:
        raise VariableError(f"app_env_file: {path}: other users may read it\nchmod 600 {path}")
    return parsed_env(path, text)


def parsed_env(path: Path | str, text: str) -> dict[str, str]:
    """The variables in *text*, which is that of the file *path*; raises ``VariableError`` as ``read_env_file``."""
    env: dict[str, str] = {}
    places: dict[str, int] = {}
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = LINE.fullmatch(line.strip())
        if match is None:
            problems.append(f"{path}:{number}: expected KEY=value")
        elif match[1] in env:
            problems.append(f"{path}:{number}: {match[1]} is set already in line {places[match[1]]}")
        else:
            env[match[1]], places[match[1]] = _value(match[2]), number
    if problems:
        raise VariableError("\n".join(problems))
    return env


def _value(text: str) -> str:
    """What a shell would take *text* for, without expanding anything; unquoted blanks are kept."""
    if text[:1] in ("'", '"'):
        try:
            return "".join(shlex.split(text, comments=True))
        except ValueError:
            return text
    return text.partition(" #")[0].strip()
