"""One source of an inventory, whatever its form: a file, a directory of files, or a list of names.

Which form it is follows ``inventory/manager.py`` of ansible-core 2.19: the suffix tells, and the text where there
is none. Where Ansible tries one form after the other and tells of all of them, only the one that it looks like counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePath

from deploytasks.agent.regex import regex
from deploytasks.inventory.documents.document import document_of
from deploytasks.inventory.documents.opened import opened_file
from deploytasks.inventory.draft import Draft
from deploytasks.inventory.origin import Origin
from deploytasks.inventory.problems import Problems
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.sources.host_list import is_host_list, read_host_list
from deploytasks.inventory.sources.ini import IniReader
from deploytasks.inventory.vault import Vault

PROGRAMS = (b"#!", b"\x7fELF")
"""How a file begins that can be run."""
DOCUMENTS = (".yml", ".yaml", ".json", ".toml")
LIKE_YAML = regex(r"""(?:\s*(?:\#.*)?\n)*(?:---|%YAML|\{|["']?[\w.-]+["']?\s*:(?:\s|$))""")
"""How a text without a suffix begins that is no INI."""
PASSED_OVER = regex(
    r"\.|(?:group_vars|host_vars|vars_plugins)$|.*(?:\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|cfg|retry)|~)$"
)
"""What is no source in a directory of sources, as in Ansible."""


class SourceReader:
    """Reads sources into *draft*; what is wrong goes to *problems*, and what was read to *files*."""

    def __init__(self, draft: Draft, vault: Vault, problems: Problems) -> None:
        self._vault = vault
        self.files: list[str] = []
        self._draft = draft
        self._problems = problems

    def read(self, source: str) -> None:
        """Take *source* in, all that it holds if it is a directory."""
        if is_host_list(source):
            read_host_list(source, self._draft, self._problems)
        elif Path(source).is_dir():
            self._read_directory(Path(source), ())
        else:
            self._read_file(source)

    def _read_directory(self, directory: Path, above: tuple[Path, ...]) -> None:
        real = directory.resolve()
        if real in above:
            self._problems.add(Origin(str(directory), None, ""), f"leads back to {real}; remove this link")
            return
        for path in _sources_in(directory):
            if path.is_dir():
                self._read_directory(path, (*above, real))
            else:
                self._read_file(str(path))

    def _read_file(self, file: str) -> None:
        with self._problems.kept(), self._problems.at(Origin(file, None, "")):
            if is_executable(file):
                from deploytasks.inventory.sources.executable import ExecutableReader

                self.files.append(file)
                ExecutableReader(file, self._draft, self._vault, self._problems).read()
                return
            opened = opened_file(file, self._vault)
            self.files.append(file)
            with opened.discreetly():
                self._read_opened(Origin(file, None, "", is_encrypted=opened.is_encrypted), opened.text)

    def _read_opened(self, origin: Origin, text: str) -> None:
        if not is_document(origin.file, text):
            IniReader(origin, self._draft, self._problems).read(text)
            return
        document = document_of(origin.file, text, self._vault)
        if any(key == "plugin" for key, _ in document.pairs()):
            from deploytasks.inventory.sources.constructed import ConstructedReader

            ConstructedReader(origin, self._draft, self._problems).read(document)
        else:
            from deploytasks.inventory.sources.tree import TreeReader

            TreeReader(origin, self._draft, self._problems).read(document)


def is_executable(path: str) -> bool:
    """Whether *path* is a program that may be run; a text that only has the permission is none."""
    if not (os.path.isfile(path) and os.access(path, os.X_OK)):  # noqa: PTH113
        return False
    with open(path, "rb") as file:  # noqa: PTH123  its first bytes
        return file.read(4).startswith(PROGRAMS)


def is_document(file: str, text: str) -> bool:
    """Whether *text* is YAML, JSON or TOML, and not Ansible's INI."""
    suffix = PurePath(file).suffix
    return suffix in DOCUMENTS or (not suffix and bool(LIKE_YAML.match(text)))


def _sources_in(directory: Path) -> Iterator[Path]:
    """By name, without what is hidden, a backup, or there for something else."""
    try:
        names = sorted(path.name for path in directory.iterdir())
    except OSError as error:
        raise Refused(
            f"{(error.strerror or str(error)).lower()}; expected a directory that you may read"
        ) from None
    return (directory / name for name in names if not PASSED_OVER.match(name))
