"""Which paths of a directory stay at home: ``.gitignore``, ``.deployignore``, and what never travels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.errors import SourceError
from deploytasks.source.litter import is_litter
from deploytasks.source.text_file import text_in

if TYPE_CHECKING:
    from pathlib import Path

    from pathspec import GitIgnoreSpec

GITIGNORE = ".gitignore"
DEPLOYIGNORE = ".deployignore"

_NEVER = frozenset({".git", ".hg", ".svn", "__pycache__"})
_NEVER_AT_THE_TOP = frozenset({"inventory.ini", "group_vars", "host_vars"})
"""Where the app goes, perhaps with passwords: nothing that the app itself could want."""


@frozen
class IgnoreFile:
    """The patterns of one file; they speak of the paths below *base* (empty, or ended by a slash)."""

    base: str
    spec: GitIgnoreSpec

    @classmethod
    def read(cls, root: Path, path: str) -> IgnoreFile | None:
        """The ignore file at *path* below *root*, or None when there is none with a pattern in it."""
        lines = text_in(root / path, "surrogateescape").splitlines() if (root / path).is_file() else ()
        if not any(line.strip() and not line.startswith("#") for line in lines):
            return None
        from pathspec import GitIgnoreSpec

        try:
            return cls(path[: path.rfind("/") + 1], GitIgnoreSpec.from_lines(lines))
        except ValueError as error:
            raise SourceError(f"{root / path}: {error}; expected the patterns of gitignore(5)") from error

    @property
    def readmits(self) -> bool:
        """Whether a pattern takes back what another ignored (``!dist/``)."""
        return any(pattern.include is False for pattern in self.spec.patterns)

    def ignores(self, path: str) -> bool | None:
        """True, False (readmitted), or None when no pattern fits *path* (a directory ends with ``/``)."""
        if not path.startswith(self.base) or path == self.base:
            return None
        return self.spec.check_file(path[len(self.base) :]).include


@dataclass
class Ignored:
    """Answers whether a path of *root* stays at home, and remembers the answer for directories.

    A file below an ignored directory is ignored too. Of the files that speak of a path, the ``.gitignore``
    nearest to it beats those above, and ``.deployignore`` beats them all, also what desktops and editors leave.
    With *nested* False, git has applied the ``.gitignore`` files already.
    """

    root: Path
    nested: bool
    _directories: dict[str, bool] = field(default_factory=dict, init=False)
    _files: dict[str, list[IgnoreFile]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.deployignore = IgnoreFile.read(self.root, DEPLOYIGNORE)

    def file(self, path: str) -> bool:
        """Whether the file or symlink at *path* stays at home."""
        parent, _, name = path.rpartition("/")
        if name in _NEVER or name.endswith(".pyc") or path == DEPLOYIGNORE or path in _NEVER_AT_THE_TOP:
            return True
        return bool(parent and self.directory(parent)) or self._by_pattern(path, parent, name)

    def directory(self, path: str) -> bool:
        """Whether the directory at *path* stays at home, with all that is in it."""
        if path not in self._directories:
            self._directories[path] = self._decide(path)
        return self._directories[path]

    def _decide(self, path: str) -> bool:
        parent, _, name = path.rpartition("/")
        if name in _NEVER or path in _NEVER_AT_THE_TOP or (parent and self.directory(parent)):
            return True
        place = self.root / path
        # Git still lists what lay below a directory that has become a symlink.
        return (
            place.is_symlink()
            or (place / "pyvenv.cfg").exists()
            or self._by_pattern(path + "/", parent, name)
        )

    def _by_pattern(self, path: str, parent: str, name: str) -> bool:
        verdict = self.deployignore.ignores(path) if self.deployignore else None
        if verdict is None and is_litter(name):
            return True
        verdicts = (verdict, *(file.ignores(path) for file in reversed(self._files_above(parent))))
        return next((verdict for verdict in verdicts if verdict is not None), False)

    def _files_above(self, directory: str) -> list[IgnoreFile]:
        if not self.nested:
            return []
        if directory not in self._files:
            above = self._files_above(directory.rpartition("/")[0]) if directory else []
            own = IgnoreFile.read(self.root, f"{directory}/{GITIGNORE}" if directory else GITIGNORE)
            self._files[directory] = [*above, own] if own else above
        return self._files[directory]
