"""The releases that lie on the host, read from their recorded plans."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, FrozenSet, List, Optional, Tuple

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import RELEASE_NAME, App, Release


@frozen
class KeptRelease:
    """A release with its record: who made it, after which one, from what."""

    name: str
    digest: str
    sequence: int
    previous: Optional[str]
    created: str
    by: str
    source: str
    venv: str

    @property
    def order(self) -> Tuple[int, str]:
        """Releases sort by the order of their deploys, whatever the clocks said."""
        return (self.sequence, self.name)


def kept_releases(machine: Machine, app: App) -> List[KeptRelease]:
    """All whole releases of *app*, oldest first; a directory without a readable record is none."""
    try:
        names = os.listdir(machine.path(app.releases))
    except (FileNotFoundError, NotADirectoryError):
        return []
    found = (_read(machine, app.release(name)) for name in names)
    return sorted((release for release in found if release), key=lambda release: release.order)


def apps_of_releases(machine: Machine, app: App) -> FrozenSet[str]:
    """The names of the apps whose releases lie where those of *app* do."""
    try:
        names = os.listdir(machine.path(app.releases))
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()
    found = (_document(machine, app.release(name)) for name in names)
    return frozenset(str(document["plan"]["app"]["name"]) for document in found if document)


def strangers(machine: Machine, app: App) -> List[str]:
    """What lies among the releases of *app* under another kind of name."""
    try:
        names = os.listdir(machine.path(app.releases))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [app.release(name).path for name in sorted(names) if not _is_ours(name)]


def current_release(machine: Machine, app: App) -> Optional[str]:
    """The name of the release that the ``current`` link points at, or None."""
    try:
        return app.release_at(os.readlink(machine.path(app.current)))
    except OSError:
        return None


def previous_release(machine: Machine, app: App) -> Optional[str]:
    """The release to which a rollback goes: the one that served before the current one was deployed."""
    kept = {release.name: release for release in kept_releases(machine, app)}
    current = kept.get(current_release(machine, app) or "")
    if current is None:
        return None
    if current.previous in kept:
        return current.previous
    older = [release for release in kept.values() if release.order < current.order]
    return max(older, key=lambda release: release.order).name if older else None


def _read(machine: Machine, release: Release) -> Optional[KeptRelease]:
    document = _document(machine, release)
    if not document:
        return None
    try:
        return KeptRelease(
            name=release.name,
            digest=document["plan"]["digest"],
            sequence=int(document["sequence"]),
            previous=document["previous"],
            created=document["created"],
            by=document["by"],
            source=document["source"],
            venv=_venv_of(machine, release),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _is_ours(name: str) -> bool:
    """Whether a release is called so, or what a run makes before it is."""
    return bool(RELEASE_NAME.fullmatch(name)) or name.startswith(".")


def _document(machine: Machine, release: Release) -> Dict[str, Any]:
    """The record of *release*; empty when it has none, or none that can be read."""
    try:
        with reading(machine.path(release.plan)) as file:
            document = json.load(file)
        document["plan"]["app"]["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return dict(document)


def _venv_of(machine: Machine, release: Release) -> str:
    try:
        return os.path.basename(os.readlink(machine.path(release.venv)))
    except OSError:
        return ""
