"""``group_vars/`` and ``host_vars/`` beside an inventory.

For the group ``web`` that is ``group_vars/web``, a file or a directory whose files are read in the order of
their names, or ``web.yml``, ``web.yaml``, ``web.json``, ``web.toml``. Ansible reads the first of them that
it finds and passes over the rest without a word; here two are an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deploytasks.inventory.document import SUFFIXES, parsed_document
from deploytasks.inventory.origin import Origin, Setting
from deploytasks.inventory.problems import Problems
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.text_file import read_text
from deploytasks.inventory.variable_name import check_variable_name


class VariableFiles:
    """The variable files of one inventory; *beside* is the inventory's directory as the user wrote it."""

    def __init__(self, beside: Path, problems: Problems) -> None:
        self._beside = beside
        self._problems = problems

    def of_group(self, name: str, level: str) -> dict[str, Setting]:
        """The settings of the group *name*, none when no file is there."""
        return self._settings(self._beside / "group_vars", name, level)

    def of_host(self, name: str, level: str) -> dict[str, Setting]:
        """The settings of the host *name*, none when no file is there."""
        return self._settings(self._beside / "host_vars", name, level)

    def _settings(self, directory: Path, name: str, level: str) -> dict[str, Setting]:
        paths = [directory / (name + suffix) for suffix in ("", *SUFFIXES)]
        found = [path for path in paths if path.exists() or path.is_symlink()]
        for other in found[1:]:
            origin = Origin(str(other), None, level)
            self._problems.add(origin, f"{found[0]} is there too; expected one of the two")
        settings: dict[str, Setting] = {}
        for path in found[:1]:
            for file in _files(path):
                with self._problems.kept():
                    settings.update(read_settings(str(file), level, self._problems))
        return settings


def read_settings(path: str, level: str, problems: Problems) -> dict[str, Setting]:
    """The variables of one file; raises `InventoryError` when it cannot be read at all."""
    text = read_text(path)
    settings: dict[str, Setting] = {}
    with problems.at(Origin(path, None, level)):
        for name, (value, line) in parsed_document(path, text).items():
            origin = Origin(path, line, level)
            with problems.at(origin):
                check_variable_name(name)
                _refuse_priority(name)
            settings[name] = Setting(value, origin)
    return settings


def _refuse_priority(name: str) -> None:
    if name == "ansible_group_priority":
        raise Refused(f"{name} has no effect here; expected it under [GROUP:vars] of the inventory")


def _files(path: Path) -> Iterator[Path]:
    """*path* itself, or the variable files below it, but for hidden files, backups and other suffixes."""
    if not path.is_dir():
        yield path
        return
    for below in sorted(path.iterdir()):
        hidden = below.name.startswith(".") or below.name.endswith("~")
        if not hidden and (not below.suffix or (below.suffix in SUFFIXES and below.is_file())):
            yield from _files(below)
