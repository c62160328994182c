"""The ground that root stands on: the directories from which root reads what it then does."""

from __future__ import annotations

import os
from itertools import accumulate
from typing import Iterator, Optional

from deploytasks.agent.disk.directory_handle import is_roots_alone
from deploytasks.agent.disk.entry import user_name
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.python import CACHE
from deploytasks.agent.release.layout import STATE_ROOT, App

PROGRAMS = "/opt/deploytasks"
OF_APP = ("releases", "venvs", "services", "compose")
"""What lies below an app's root and is never the app's."""


def require_ground(machine: Machine, app: Optional[App]) -> None:
    """Raise ``StepError`` when somebody but root can put something into a directory that root trusts.

    That is each that leads to the app's releases and environments, to the agent's own state, to its programs and
    caches; what is not there yet will be root's.
    """
    roots = [app.root, *("%s/%s" % (app.root, name) for name in OF_APP)] if app else []
    for path in (*roots, app.state if app else STATE_ROOT, CACHE, PROGRAMS):
        for place in _leading_to(machine, path):
            _require_roots_alone(place, path)


def _leading_to(machine: Machine, path: str) -> Iterator[str]:
    """The directories on the way to *path*, and to where links on it lead, as far as they are of this machine."""
    given = machine.path(path)
    for reached in {given, os.path.realpath(given)}:
        parents = accumulate(reached.split("/"), lambda above, name: "%s/%s" % (above.rstrip("/"), name))
        yield from (place or "/" for place in parents if place.startswith(machine.root.rstrip("/")))


def _require_roots_alone(place: str, path: str) -> None:
    try:
        found = os.stat(place)
    except OSError:
        return
    if is_roots_alone(found, sticky=False):
        return

    who = (
        "belongs to %s" % user_name(found.st_uid) if found.st_uid else "can be written to by others than root"
    )
    raise StepError(
        "%s %s, who could put something of their own below it that root would run (%s); nothing was changed. "
        "Let root alone write to it, or choose another app_root" % (place, who, path)
    )
