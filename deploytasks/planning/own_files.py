"""What a run itself reads: inventories, secrets, keys, tasks. None of it is the app's, so none of it travels."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks.agent.regex import regex
from deploytasks.errors import InventoryError
from deploytasks.here.paths import below

if TYPE_CHECKING:
    from deploytasks.inventory import Host

BESIDE_INVENTORIES = ("group_vars", "host_vars")
OF_FILES = regex(r".*_(key|key_file|certificate|ca_bundle|env_file)")
"""What a variable is called that names a file on this machine."""
EXTRA_VARS = "extra-vars"
TASKS = ("tasks.py", "fabfile.py")
OURS = regex(r"^\s*(?:from|import)\s+(?:deploytasks|fabric|invoke)\b", re.MULTILINE)
"""What only modules import that are about deploying."""
IMPORTS = regex(r"^\s*(?:from\s+(\w+)|import\s+(\w+))", re.MULTILINE)


def own_files(host: Host) -> frozenset[Path]:
    """The files and directories that a run on *host* reads for itself, wherever they lie."""
    found = {*_of_inventories(host), *_named(host), *_of_templates(host), *_tasks()}
    return frozenset(path.resolve() for path in found)


def secrets_among(host: Host, directory: Path) -> tuple[str, ...]:
    """Files of given variables, keys, certificates and environments that lie in the app's *directory*."""
    given = (
        Path(origin.file)
        for origin in host.origins.values()
        if origin.level == EXTRA_VARS and not origin.is_command_line
    )
    found = {path.resolve() for path in (*given, *_named(host), *_of_templates(host)) if path.is_file()}
    root = directory.resolve()
    among = (below(path, root) for path in found if path.is_relative_to(root))
    return tuple(sorted(path for path in among if not any(part.startswith(".") for part in path.split("/"))))


def _of_inventories(host: Host) -> Iterator[Path]:
    """What it was read from, where the variables stand, and all that may say more of them."""
    yield from map(Path, host.sources)
    for origin in host.origins.values():
        path = Path(origin.file)
        if not origin.is_command_line and path.is_file():
            yield path
            above = path.parent.parent if path.parent.name in BESIDE_INVENTORIES else path.parent
            yield from (above / name for name in BESIDE_INVENTORIES)


def _named(host: Host) -> Iterator[Path]:
    for name in filter(OF_FILES.fullmatch, host.variables):
        value = _meaning(host, name)
        # What is itself a certificate, as another host's, has lines.
        if isinstance(value, str) and "\n" not in value:
            path = Path(os.path.expanduser(value))  # noqa: PTH111  an unknown user is told elsewhere
            if path.is_file():  # A directory is no key: it may be the app's, and be called so by chance.
                yield path


def _of_templates(host: Host) -> Iterable[Path]:
    """What a template has looked into for a value: it is in the value, and is no file of the app's."""
    return tuple(host.landscape.files_read) if host.landscape else ()


def _meaning(host: Host, name: str) -> Any:
    """What *name* is; of one that means nothing is told where it is needed."""
    with suppress(InventoryError):
        return host.variables[name]
    return None


def _tasks() -> Iterator[Path]:
    """Those beside which the command was typed, and the modules beside them that they import and that are about tasks.

    An app may have a tasks.py of its own, and a tasks file may import the app.
    """
    waiting = [Path(name) for name in TASKS]
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        text = path.read_text("utf-8", "replace")
        if OURS.search(text):
            yield path.parent if path.name == "__init__.py" else path
            waiting += _imported(text, path.parent)


def _imported(text: str, directory: Path) -> Iterator[Path]:
    for found in IMPORTS.finditer(text):
        name = found[1] or found[2]
        yield from (directory / f"{name}.py", directory / name / "__init__.py")
