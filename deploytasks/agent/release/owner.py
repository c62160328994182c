"""Whose an app's names on a host are: what root has written down about it, in a directory of root's own.

``<state>/owner.json`` is there from an app's first deploy until it is destroyed with all its data.
"""

from __future__ import annotations

import glob
import json
import os
from dataclasses import asdict
from typing import Any, Dict, FrozenSet, Iterator, Optional, Tuple

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.disk.entry import make_directories, remove_entry, write_file
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import STATE_ROOT, App
from deploytasks.agent.release.releases import apps_of_releases

MARK = "owner.json"
FORMAT = 1


@frozen
class Owner:
    """The app *app* at *root*, run as *user*, is of *project*; it has taken over the things called *adopted*."""

    app: str
    root: str
    user: str
    project: str
    adopted: Tuple[str, ...] = ()


def owner_of(machine: Machine, app: App) -> Optional[Owner]:
    """What is written down about *app*; None when nothing is."""
    return _read(machine.path("%s/%s" % (app.state, MARK)))


def adopted_by(machine: Machine, name: str) -> Tuple[str, ...]:
    """The paths that the app *name* has taken over from somebody."""
    owner = _read(machine.path("%s/%s/%s" % (STATE_ROOT, name, MARK)))
    return tuple(thing for thing in owner.adopted if thing.startswith("/")) if owner else ()


def apps_at(machine: Machine, app: App) -> FrozenSet[str]:
    """The names of the apps at the root of *app*; of what the first versions deployed its releases tell."""
    return frozenset([app.name]) if owner_of(machine, app) else apps_of_releases(machine, app)


def write_owner(machine: Machine, app: App, owner: Optional[Owner]) -> None:
    """Write *owner* down, or strike it out."""
    place = machine.path("%s/%s" % (app.state, MARK))
    if owner is None:
        remove_entry(place)
    else:
        make_directories(os.path.dirname(place))
        write_file(place, json.dumps({"format": FORMAT, **asdict(owner)}).encode("ascii"), {"mode": "0600"})


def stranger_to(machine: Machine, app: App, project: str = "") -> str:
    """Why *app*, as *project* describes it, is not the one of that name on this host; empty when it is.

    Of what the first versions deployed its releases tell, and of no project.
    """
    owner = owner_of(machine, app)
    others = {*others_at(machine, app), *apps_at(machine, app)} - {app.name}
    if others:
        return "%s belongs to the app %s" % (app.root, ", ".join(sorted(others)))
    if owner is None:
        return ""
    if owner.root != app.root:
        return "the app %s of this host is at %s, not at %s" % (app.name, owner.root, app.root)
    if project and owner.project and project != owner.project:
        return "the app %s of this host belongs to another project" % app.name
    return ""


def others_at(machine: Machine, app: App) -> Iterator[str]:
    """The names of other apps whose root is that of *app*, lies in it or holds it, as is written down."""
    for place in sorted(glob.glob(machine.path("%s/*/%s" % (STATE_ROOT, MARK)))):
        owner = _read(place)
        if owner and owner.app != app.name and _overlap(owner.root, app.root):
            yield owner.app


def apps_of(machine: Machine) -> Iterator[App]:
    """All apps of this machine, as is written down."""
    for place in sorted(glob.glob(machine.path("%s/*/%s" % (STATE_ROOT, MARK)))):
        owner = _read(place)
        if owner:
            yield App(owner.app, owner.root, owner.user)


def _overlap(one: str, other: str) -> bool:
    places = [os.path.realpath(one), os.path.realpath(other)]
    return os.path.commonpath(places) in places


def _read(place: str) -> Optional[Owner]:
    try:
        with reading(place) as file:
            found: Dict[str, Any] = json.load(file)
        return Owner(found["app"], found["root"], found["user"], found["project"], tuple(found["adopted"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
