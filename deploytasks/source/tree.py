"""The app's source: a directory on the controller as a manifest, and the contents that it names."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from deploytasks.agent.files.manifest import EXECUTABLE, FILE, SYMLINK, Entry, Manifest
from deploytasks.errors import SourceError
from deploytasks.here import expanded
from deploytasks.here.paths import below
from deploytasks.source.differences import differences
from deploytasks.source.ignore import DEPLOYIGNORE
from deploytasks.source.listing import listed
from deploytasks.source.look import Tell, looks_at
from deploytasks.source.twins import without_twins

_SHOWN_REFUSALS = 20


def to_nobody(files: int, size: int) -> None:
    """Nobody wants to know how far it is."""


@dataclass(frozen=True)
class Source:
    """What of *directory* travels, as it was when it was scanned.

    *total_bytes* is what the tree takes on a host: equal files count each time. *told* is what people should know of
    how it travels, *paths* what it is called on this machine, where a name may have another Unicode form.
    """

    directory: Path
    manifest: Manifest
    total_bytes: int
    _files: dict[str, Path]
    _made: dict[str, bytes]
    told: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @classmethod
    def scan(
        cls, directory: str | os.PathLike[str], stays: Collection[Path] = (), tell: Tell = to_nobody
    ) -> Source:
        """Read and hash all files of *directory* that travel: not what is at or below one of *stays* (real paths).

        *tell* hears meanwhile how many files and bytes that were.
        Raises ``SourceError`` for a directory that cannot be meant and, naming all of them at once, for
        secrets, symlinks that lead out of the tree, unreadable and special files.
        """
        root = _directory(Path(directory))
        left = _within(root, stays)
        listing = listed(root)
        found = tuple(path for path in listing.paths if not _is_at_or_below(os.fsencode(path), left))
        looks = without_twins(looks_at(root, replace(listing, paths=found), tell))
        _refuse(root, [look.refusal for look in looks if look.refusal])
        if not looks:
            raise SourceError(f"{root}: no files to deploy; set app_source to the directory of the app")
        return cls(
            root,
            Manifest.of(look.entry for look in looks),
            sum(look.size for look in looks),
            {look.entry.digest: look.place for look in looks if look.content is None},
            {look.entry.digest: look.content for look in looks if look.content is not None},
            tuple(differences(looks, in_git=bool(listing.work_trees))),
            found,
        )

    def linking(self, links: Mapping[str, str]) -> Source:
        """The same tree with symlinks (path to target) in the place of whatever lies at or below those paths."""
        targets = {
            hashlib.sha256(os.fsencode(target)).hexdigest(): os.fsencode(target) for target in links.values()
        }
        added = [
            Entry(SYMLINK, hashlib.sha256(os.fsencode(target)).hexdigest(), os.fsencode(path))
            for path, target in links.items()
        ]
        taken = tuple(os.fsencode(path) for path in links)
        kept = [entry for entry in self.manifest if not _is_at_or_below(entry.path, taken)]
        return replace(self, manifest=Manifest.of([*kept, *added]), _made={**self._made, **targets})

    def having(self, files: Mapping[str, bytes], programs: Mapping[str, bytes]) -> Source:
        """The same tree with *files* and *programs*, by path, in the place of what lies there."""
        contents = {**files, **programs}
        digests = {path: hashlib.sha256(content).hexdigest() for path, content in contents.items()}
        added = [
            Entry(EXECUTABLE if path in programs else FILE, digest, os.fsencode(path))
            for path, digest in digests.items()
        ]
        taken = {os.fsencode(path) for path in contents}
        kept = [entry for entry in self.manifest if entry.path not in taken]
        made = {digests[path]: content for path, content in contents.items()}
        size = self.total_bytes + sum(map(len, contents.values()))
        return replace(
            self, manifest=Manifest.of([*kept, *added]), total_bytes=size, _made={**self._made, **made}
        )

    def files_below(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Path and digest of each file at or below one of *paths*; symlinks are left out."""
        places = tuple(os.fsencode(path) for path in paths)
        for entry in self.manifest:
            if _is_at_or_below(entry.path, places) and not (entry.is_symlink or entry.is_directory):
                yield entry.name, entry.digest

    def path_of(self, digest: str) -> Path:
        """A file with this content; raises ``KeyError`` for one that no file has (a symlink's target)."""
        return self._files[digest]

    def size(self, digest: str) -> int:
        """How many bytes the content is; 0 when there is none, which `open` tells."""
        try:
            return len(self._made.get(digest, b"")) or self._files[digest].stat().st_size
        except (KeyError, OSError):
            return 0

    def open(self, digest: str) -> IO[bytes]:
        """The content, to be read in pieces; raises ``SourceError`` when the file is gone."""
        if digest in self._made:
            return io.BytesIO(self._made[digest])
        try:
            return self.path_of(digest).open("rb")
        except OSError as error:
            message = f"{error.filename}: {error.strerror}; it was there at the start; deploy again"
            raise SourceError(message) from error

    def copy_to(self, directory: Path) -> None:
        """Make the tree in *directory*, which is empty; raises ``SourceError`` for a file that changed meanwhile."""
        for entry in self.manifest:
            place = directory / entry.name
            for parent in reversed([*([place] if entry.is_directory else []), *place.parents]):
                if not parent.exists():
                    parent.mkdir()
                    parent.chmod(0o755)  # whatever this person's umask takes away
            if entry.is_symlink:
                place.symlink_to(os.fsdecode(self.read(entry.digest)))
            elif not entry.is_directory:
                place.write_bytes(self.read(entry.digest))
                place.chmod(0o755 if entry.is_executable else 0o644)

    def read(self, digest: str) -> bytes:
        """The content; raises ``SourceError`` when the file is no longer what was scanned."""
        if digest in self._made:
            return self._made[digest]
        path = self.path_of(digest)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SourceError(f"{path}: {error.strerror}; it was there at the start; deploy again") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise SourceError(f"{path}: changed while it was being deployed; deploy again")
        return content


def _is_at_or_below(path: bytes, places: tuple[bytes, ...]) -> bool:
    return any(path == place or path.startswith(place + b"/") for place in places)


def _within(root: Path, paths: Collection[Path]) -> tuple[bytes, ...]:
    """Those of *paths* that lie below *root*, relative to it."""
    real = root.resolve()
    return tuple(os.fsencode(below(path, real)) for path in paths if real in path.parents)


def _directory(given: Path) -> Path:
    advice = "set app_source to the directory of the app"
    root = expanded(given).resolve()
    if not root.exists():
        raise SourceError(f"{given}: no such directory; {advice}")
    if not root.is_dir():
        raise SourceError(f"{given}: not a directory; {advice}")
    if root in {Path("/"), expanded("~").resolve()}:
        raise SourceError(f"{given}: is {root}, a whole machine or home rather than an app; {advice}")
    if not os.access(root, os.R_OK | os.X_OK):
        raise SourceError(f"{given}: permission denied; {advice}")
    return root


def _refuse(root: Path, refusals: list[str]) -> None:
    if not refusals:
        return
    lines = refusals[:_SHOWN_REFUSALS]
    if len(refusals) > len(lines):
        lines.append(f"and {len(refusals) - len(lines)} more")
    place = root / DEPLOYIGNORE
    lines.append(f"list what shall stay here in {place} (secrets reach the app by app_env_file)")
    raise SourceError("\n".join(lines))
