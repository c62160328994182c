"""Files that the web server shall serve and cannot read, as an app has made them for itself alone.

A file of tempfile.mkstemp(3) has the mode 0600, and keeps it when it is renamed into a directory that is served.
"""

from __future__ import annotations

import os
import re
import stat
from itertools import islice
from typing import Iterator, Set

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import App
from deploytasks.agent.web.places import SITES

MOST_LOOKED_AT = 20_000


@frozen
class Unread:
    """In *directory* there are *count* of them; one is *example*, whose mode is *mode*."""

    directory: str
    count: int
    example: str
    mode: str


def unread_files(machine: Machine, app: App) -> Iterator[Unread]:
    """Of each directory that is served and outlives releases: what is there for others than the web server."""
    for place in sorted(_served(machine, app)):
        directory = "%s/%s" % (app.shared, place)
        paths = islice(_paths(machine.path(directory)), MOST_LOOKED_AT)
        found = [path for path in paths if not _is_readable(machine, app, path)]
        mode = _mode(found[0]) if found else ""
        if mode:
            example = os.path.relpath(found[0], machine.path(directory))
            yield Unread(directory, len(found), example, mode)


def _served(machine: Machine, app: App) -> Set[str]:
    """The directories below the shared one that a site of *app* names, or that links lead to from what it names."""
    named = re.escape(app.root) + r"/[A-Za-z0-9._~@+/-]+"
    places = {place for site in _sites(machine, app) for place in re.findall(named, site)}
    shared = os.path.realpath(machine.path(app.shared))
    real = (os.path.realpath(machine.path(place)) for place in places)
    return {
        os.path.relpath(path, shared)
        for path in real
        if path.startswith(shared + os.sep) and os.path.isdir(path)
    }


def _sites(machine: Machine, app: App) -> Iterator[str]:
    for place in SITES.values():
        try:
            with reading(os.path.realpath(machine.path(place % app.name)), errors="replace") as file:
                yield file.read()
        except OSError:
            pass


def _paths(directory: str) -> Iterator[str]:
    for place, directories, names in os.walk(directory):
        yield from (os.path.join(place, name) for name in sorted(directories + names))


def _is_readable(machine: Machine, app: App, path: str) -> bool:
    """Whether those in the group of *app*, as the web server is, get at it; links are not followed."""
    try:
        state, group = os.lstat(path), os.stat(machine.path(app.shared)).st_gid
    except OSError:  # The app has taken it away meanwhile.
        return True
    if stat.S_ISLNK(state.st_mode):
        return True
    others, own = (
        (stat.S_IXOTH, stat.S_IXGRP) if stat.S_ISDIR(state.st_mode) else (stat.S_IROTH, stat.S_IRGRP)
    )
    return bool(state.st_mode & (others | (own if state.st_gid == group else 0)))


def _mode(path: str) -> str:
    try:
        return "%04o" % stat.S_IMODE(os.lstat(path).st_mode)
    except OSError:
        return ""
