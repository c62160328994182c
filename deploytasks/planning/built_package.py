"""What only a build knows of an app that is a package: built here once for each content of its source, and kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from email.parser import HeaderParser
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.errors import SourceError
from deploytasks.here import cache_directory, locked
from deploytasks.planning.wheel_build import build_wheel
from deploytasks.source.git import git_environment, git_text
from deploytasks.source.requirements.local_package import OF_ANY_MACHINE
from deploytasks.source.requirements.requirement import normal_name

if TYPE_CHECKING:
    from deploytasks.source import Source
    from deploytasks.source.package.app_package import AppPackage

INFO = ".dist-info/"
READ = ("METADATA", "entry_points.txt", "top_level.txt")
NO_MODULES = (INFO, ".data/")


def built_package(package: AppPackage, source: Source) -> AppPackage:
    """*package* with its version, its metadata and the modules that a build of *source* makes.

    The build sees a copy, with the history of the source: tags may say the version. Raises ``SourceError`` with what
    the build has said.
    """
    kept = cache_directory() / "app-packages" / _key(source)
    with locked(cache_directory() / "app-packages.lock"):
        if not kept.is_dir():
            _build(source, kept)
    (wheel,) = kept.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return _read(package, source, archive)


def _key(source: Source) -> str:
    said = git_text(source.directory, "describe", "--tags", "--always", "--long", "--dirty")
    return hashlib.sha256(f"{source.manifest.digest} {said}".encode()).hexdigest()[:32]


def _build(source: Source, kept: Path) -> None:
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
        made, copy = Path(scratch, "wheel"), _copied(source, Path(scratch))
        wheel = build_wheel(copy, made)
        if not wheel.name.endswith(OF_ANY_MACHINE):
            raise SourceError(f"its wheel {wheel.name} is for this machine's kind alone")
        shutil.move(made, kept)


def _copied(source: Source, scratch: Path) -> Path:
    """The source in a copy of its repository, in which all that stays here is absent, and nothing has changed."""
    below = git_text(source.directory, "rev-parse", "--show-prefix")
    top = scratch / "source"
    copy = top / below
    copy.mkdir(parents=True)
    source.copy_to(copy)
    commit = git_text(source.directory, "rev-parse", "--verify", "HEAD")
    if commit:
        _lend_history(source.directory, top, scratch / "history", commit)
    return copy


def _lend_history(directory: Path, top: Path, lent: Path, commit: str) -> None:
    """The work tree *top* has the history of *directory*, by the files of a linked work tree in *lent*.

    See gitrepository-layout(5). What of the index is not in *top* counts as unchanged.
    """
    common = git_text(directory, "rev-parse", "--path-format=absolute", "--git-common-dir")
    index = Path(git_text(directory, "rev-parse", "--path-format=absolute", "--git-path", "index"))
    lent.mkdir()
    for name, text in {"HEAD": commit, "commondir": common, "gitdir": f"{top}/.git"}.items():
        (lent / name).write_text(f"{text}\n")
    if index.is_file():
        shutil.copy(index, lent / "index")
    (top / ".git").write_text(f"gitdir: {lent}\n")
    absent = subprocess.run(
        ["git", "-C", str(top), "ls-files", "--deleted", "-z"],
        env=git_environment(),
        capture_output=True,
        check=False,
    )
    subprocess.run(
        ["git", "-C", str(top), "update-index", "--skip-worktree", "-z", "--stdin"],
        env=git_environment(),
        input=absent.stdout,
        capture_output=True,
        check=False,
    )


def _read(package: AppPackage, source: Source, archive: zipfile.ZipFile) -> AppPackage:
    names = archive.namelist()
    texts = {name.rpartition(INFO)[2]: archive.read(name).decode() for name in names if INFO in name}
    said = HeaderParser().parsestr(texts["METADATA"])
    modules = {name: archive.read(name) for name in names if not any(part in name for part in NO_MODULES)}
    found = {entry.digest: entry.name for entry in source.manifest}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in modules.items()}
    roots = dict.fromkeys(
        _roots((name, found[digest]) for name, digest in digests.items() if digest in found)
    )
    directories = tuple(roots) or package.directories
    made = {
        os.path.normpath(f"{directories[0]}/{name}"): modules[name]
        for name, digest in digests.items()
        if digest not in found
    }
    return replace(
        package,
        name=package.name or normal_name(said["Name"]),
        version=said["Version"],
        directories=directories,
        metadata={name: texts[name] for name in READ if name in texts},
        made=made,
    )


def _roots(pairs: Iterator[tuple[str, str]]) -> Iterator[str]:
    """Where imports start, by files in the wheel and the same ones in the source."""
    for name, path in pairs:
        if path == name or path.endswith(f"/{name}"):
            yield path[: -len(name)].rstrip("/") or "."
