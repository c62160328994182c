"""The file that ``app_env_file`` names: ``KEY=value`` lines on the controller, as python-dotenv reads them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from deploytasks.errors import VariableError
from deploytasks.here import expanded
from deploytasks.here.permissions import who_else_may_read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_env_file(path: Path | str) -> dict[str, str]:
    """The variables in *path*; raises ``VariableError`` with a ``file:line`` for each thing that is wrong."""
    try:
        text = expanded(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise VariableError(
            f"app_env_file: {path}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}"
        ) from error
    if others := who_else_may_read(expanded(path)):
        raise VariableError(f"app_env_file: {path} {others}")
    env = parsed_env(path, text)
    _refuse_references(path, env)
    return env


def _refuse_references(path: Path | str, env: Mapping[str, str]) -> None:
    """What names a secret would reach the app as it is written: a file is taken as python-dotenv reads it."""
    from deploytasks.secrets import reference_in

    named = {name: reference for name, value in env.items() if (reference := reference_in(value))}
    problems = [
        f"app_env_file: {path}: {name} names a secret, {reference}; in a file that is a value: write it into app_env"
        for name, reference in named.items()
        if reference.scheme != "literal"
    ]
    if problems:
        raise VariableError("\n".join(problems))


def parsed_env(path: Path | str, text: str) -> dict[str, str]:
    """The variables in *text*, which is that of the file *path*; raises ``VariableError`` as ``read_env_file``.

    ``${NAME}`` is what the lines above say, and nothing of this machine's: it would differ from laptop to laptop.
    """
    from dotenv.parser import parse_stream

    env: dict[str, str] = {}
    places: dict[str, int] = {}
    problems = []
    for binding in parse_stream(io.StringIO(text)):
        name, line = binding.key, binding.original.line
        if binding.error or (name is not None and binding.value is None):
            problems.append(f"{path}:{line}: expected KEY=value")
        elif name in env:
            problems.append(f"{path}:{line}: {name} is set already in line {places[name]}")
        elif name is not None and binding.value is not None:
            places[name] = line
            try:
                env[name] = _filled_in(binding.value, env)
            except LookupError as error:
                problems.append(f"{path}:{line}: {name}: ${{{error.args[0]}}} is not set above")
    if problems:
        raise VariableError("\n".join(problems))
    return env


def _filled_in(value: str, env: Mapping[str, str]) -> str:
    """*value* with the variables in it; raises ``LookupError`` for one that has neither value nor default."""
    from dotenv.variables import Variable, parse_variables

    parts = []
    for part in parse_variables(value):
        if isinstance(part, Variable) and part.name not in env and part.default is None:
            raise LookupError(part.name)
        parts.append(part.resolve(env))
    return "".join(parts)
