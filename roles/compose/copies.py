"""Files of the source for services that outlive the release: copies whose place tells their content."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.agent.files.manifest import Entry, Manifest
from deploytasks.agent.frozen import frozen
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Phase, Step

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App, Release
    from deploytasks.inventory import Host
    from deploytasks.planning.project import Project


@frozen
class Copy:
    """The file or directory *path* of the source, whose *manifest* lists what is there.

    Copies of one content for one *purpose* are the same.
    """

    path: str
    manifest: Manifest
    is_directory: bool
    purpose: str = ""

    @property
    def name(self) -> str:
        """Short text that another content or another purpose does not have."""
        key = f"{self.manifest.digest} {self.purpose}"
        return hashlib.sha256(key.encode()).hexdigest()[:16]

    def directory(self, app: App) -> str:
        return f"{services_home(app)}/{self.name}"

    def place(self, app: App) -> str:
        """Where *path* is on the host."""
        own = "" if self.is_directory else f"/{posixpath.basename(self.path)}"
        return self.directory(app) + own


def services_home(app: App) -> str:
    """The directory of what services beside the app need."""
    return f"{app.root}/compose"


def copy_of(project: Project, path: str, purpose: str = "") -> Copy:
    """What lies in the source at *path*; raises ``ValueError`` when nothing does."""
    wanted = os.fsencode(path)
    for entry in project.source.manifest:
        if entry.path == wanted:
            return Copy(path, Manifest.of([_moved(entry, os.path.dirname(wanted))]), False, purpose)
    below = [entry for entry in project.source.manifest if not wanted or entry.path.startswith(wanted + b"/")]
    if not below:
        raise ValueError(
            f"there is no {path} in the app's source; what is written belongs into a named volume, or app_shared"
        )
    return Copy(path, Manifest.of(_moved(entry, wanted) for entry in below), True, purpose)


def shared_at(host: Host, path: str) -> str:
    """Where *path* of the source is when it is at or below a link of ``app_shared``; else empty."""
    links: tuple[tuple[str, str], ...] = deployment_of(host).v.links
    for link, target in links:
        if f"{path}/".startswith(f"{link}/"):
            return target + path[len(link) :]
    return ""


def bring(app: App, release: Release, copies: tuple[Copy, ...]) -> Iterator[Step]:
    """The copies, and in the release a list of each, which keeps it as long as the release."""
    lists = f"{release.path}/copies"
    if copies:
        yield Step("make the directory of copies", resources.Directory(lists), phase=Phase.PREPARE)
    for copy in copies:
        listing, what = f"{lists}/{copy.name}", copy.path or "the source"
        text = copy.manifest.encode().decode("utf-8", "surrogateescape")
        yield Step(
            f"list the files copied from {what}",
            resources.File(listing, text),
            phase=Phase.PREPARE,
            sensitive=True,
        )
        tree = resources.Tree(copy.directory(app), listing, copy.manifest.digest)
        yield Step(f"copy {what}", tree, phase=Phase.PREPARE)


def _moved(entry: Entry, directory: bytes) -> Entry:
    return replace(entry, path=entry.path[len(directory) + 1 :] if directory else entry.path)
