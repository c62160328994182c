"""Whose an app's names on a host are: what root has written down about it, in a directory of root's own.

``<state>/owner.json`` is there from an app's first deploy until it is destroyed with all its data.
"""

from __future__ import annotations

import glob
import json
import os
from dataclasses import asdict, dataclass
from typing import Any, Dict, FrozenSet, Iterator, Optional, Tuple

from deploytasks.agent.app.releases import apps_of_releases
from deploytasks.agent.files.directory_handle import reading
from deploytasks.agent.files.entry import make_directories, remove_entry, write_file
from deploytasks.agent.layout import STATE_ROOT, App
from deploytasks.agent.machine import Machine

MARK = "owner.json"
FORMAT = 1


@dataclass(frozen=True)
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


def others_at(machine: Machine, app: App) -> Iterator[str]:
    """The names of other apps that have the root of *app*, as is written down."""
    for place in sorted(glob.glob(machine.path("%s/*/%s" % (STATE_ROOT, MARK)))):
        owner = _read(place)
        if owner and owner.app != app.name and os.path.realpath(owner.root) == os.path.realpath(app.root):
            yield owner.app


def _read(place: str) -> Optional[Owner]:
    try:
        with reading(place) as file:
            found: Dict[str, Any] = json.load(file)
        return Owner(found["app"], found["root"], found["user"], found["project"], tuple(found["adopted"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
