"""``group_vars/`` and ``host_vars/`` beside the sources of an inventory, and beside the tasks file.

For the group ``web`` that is ``group_vars/web``, a file or a directory whose files are read in the order of
their names, or ``web.yml``, ``web.yaml``, ``web.json``, ``web.toml``. Ansible reads the first of them that
it finds and passes over the rest without a word; here two are an error. Of several directories the later one's
variables win.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from deploytasks.inventory.documents.document import SUFFIXES, parsed_document
from deploytasks.inventory.documents.opened import opened_file
from deploytasks.inventory.draft import Said
from deploytasks.inventory.origin import Origin, Setting
from deploytasks.inventory.problems import Problems
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.variable_name import check_variable_name
from deploytasks.inventory.vault import Vault

OF_GROUPS, OF_HOSTS = "group_vars", "host_vars"


class VariableFiles:
    """The variable files in the directories *beside*, each as the user wrote it."""

    def __init__(self, beside: Iterable[Path], vault: Vault, problems: Problems) -> None:
        self._vault = vault
        self._problems = problems
        self._said: dict[tuple[str, str], Said] = {}
        known = {directory.resolve(): directory for directory in reversed(list(beside))}
        self._beside = list(reversed(known.values()))
        self._names = {
            directory / kind: _names_in(directory / kind)
            for directory in self._beside
            for kind in (OF_GROUPS, OF_HOSTS)
        }

    @property
    def directories(self) -> tuple[str, ...]:
        """Those that there are."""
        return tuple(str(directory) for directory, names in self._names.items() if names)

    def of_group(self, name: str, level: str) -> Said:
        """What is said of the group *name*, nothing when no file is there."""
        return self._settings(OF_GROUPS, name, level)

    def of_host(self, name: str, level: str) -> Said:
        """What is said of the host *name*, nothing when no file is there."""
        return self._settings(OF_HOSTS, name, level)

    def _settings(self, kind: str, name: str, level: str) -> Said:
        if (kind, name) not in self._said:
            self._said[kind, name] = self._read(kind, name, level)
        return self._said[kind, name]

    def _read(self, kind: str, name: str, level: str) -> Said:
        said = Said()
        for directory in self._beside:
            for file in self._files(directory / kind, name, level):
                with self._problems.kept():
                    said.say(read_settings(str(file), level, self._vault, self._problems))
        return said

    def _files(self, directory: Path, name: str, level: str) -> Iterator[Path]:
        names = self._names[directory]
        found = [directory / (name + suffix) for suffix in ("", *SUFFIXES) if name + suffix in names]
        for other in found[1:]:
            origin = Origin(str(other), None, level)
            self._problems.add(origin, f"{found[0]} is there too; expected one of the two")
        return _files(found[0]) if found else iter(())


def read_settings(path: str, level: str, vault: Vault, problems: Problems) -> dict[str, Setting]:
    """The variables of one file; raises `InventoryError` when it cannot be read at all."""
    settings: dict[str, Setting] = {}
    with problems.at(Origin(path, None, level)):
        opened = opened_file(path, vault)
        with opened.discreetly():
            entries = parsed_document(path, opened.text, vault)
        for name, (value, line) in entries.items():
            origin = Origin(path, line, level, is_encrypted=opened.is_encrypted)
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


def _names_in(directory: Path) -> frozenset[str]:
    """All names in *directory*, asked for once and not for each of thousands of hosts."""
    try:
        return frozenset(path.name for path in directory.iterdir())
    except OSError:
        return frozenset()
