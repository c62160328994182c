"""Wheels of the packages that lie in an app's source, built here when they are first wanted, and kept."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.errors import SourceError
from deploytasks.here import cache_directory, locked
from deploytasks.source import Source
from deploytasks.source.local_package import OF_ANY_MACHINE

if TYPE_CHECKING:
    from deploytasks.source.local_package import LocalPackage
    from deploytasks.source.requirements import Requirements

KEPT_LINES = 15


@dataclass(frozen=True)
class LocalWheel:
    """The wheel *name* lies here at *place*; *digest* is its SHA-256."""

    name: str
    digest: str
    place: Path


def with_local_wheels(wanted: Requirements) -> tuple[Requirements, tuple[LocalWheel, ...]]:
    """*wanted* with each package of the source named by its wheel, and these; raises ``SourceError``.

    A comment with the digest of what it is built from tells one content from another, on every machine alike.
    """
    wheels: list[LocalWheel] = []
    files = dict(wanted.files)
    for package in wanted.local:
        digest, wheel = _wheel_of(package)
        wheels.append(wheel)
        line = f"{package.name} @ file:wheels/{wheel.name}  # {digest[:16]}"
        files = {name: text.replace(package.line, line) for name, text in files.items()}
    return replace(wanted, files=files), tuple(wheels)


def _wheel_of(package: LocalPackage) -> tuple[str, LocalWheel]:
    """The digest of what it is made from, and the wheel."""
    if package.is_wheel:
        digest = hashlib.sha256(package.place.read_bytes()).hexdigest()
        return digest, LocalWheel(package.place.name, digest, package.place)
    source = Source.scan(package.place)
    digest = source.manifest.digest
    kept = cache_directory() / "local-wheels" / digest
    with locked(cache_directory() / "local-wheels.lock"):
        if not kept.is_dir():
            _build(package, source, kept)
    (file,) = kept.glob("*.whl")
    return digest, LocalWheel(file.name, hashlib.sha256(file.read_bytes()).hexdigest(), file)


def _build(package: LocalPackage, source: Source, kept: Path) -> None:
    """From a copy, as a build leaves things where it works."""
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
        made, copy = Path(scratch, "wheel"), Path(scratch, "source")
        copy.mkdir()
        source.copy_to(copy)
        argv = [*_builder(package), str(made), str(copy)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        wheels = [*made.glob("*.whl")] if made.is_dir() else []
        if done.returncode or not wheels:
            said = (done.stderr or done.stdout).strip().splitlines()[-KEPT_LINES:]
            raise SourceError("\n  ".join([f"{package.path}: no wheel could be built of it", *said]))
        if not wheels[0].name.endswith(OF_ANY_MACHINE):
            raise SourceError(
                f"{package.path}: its wheel {wheels[0].name} is for this machine's kind alone; put it into an index, "
                "built for the hosts"
            )
        shutil.move(made, kept)


def _builder(package: LocalPackage) -> Sequence[str]:
    if importlib.util.find_spec("uv"):
        return [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir"]
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    raise SourceError(
        f"{package.path}: to build it, uv or pip has to be on this machine: pip install 'deploytasks[wheelhouse]'"
    )
