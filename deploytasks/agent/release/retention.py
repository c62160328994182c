"""How many releases are kept."""

from __future__ import annotations

import os
import re
from typing import ClassVar, List, Set

from deploytasks.agent.disk.entry import is_directory, remove_whole
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import RELEASE_NAME, VENV_NAME, App
from deploytasks.agent.release.releases import kept_releases
from deploytasks.agent.release.unused_pythons import unused_pythons


@frozen
class Retention(Resource):
    """At most *keep* releases and their virtual environments are kept.

    Of the Pythons that were brought those in use are.

    The current release and the one that a rollback goes to are never removed; one from which an instance still runs
    its last moments is removed after it. What lies beside them under another kind of name is let be.
    """

    reversible: ClassVar[bool] = False
    app_name: str
    app_root: str
    app_user: str
    release: str
    keep: int = 5

    def desired(self) -> State:
        return {"surplus": []}

    def inspect(self, machine: Machine) -> State:
        venvs = self._surplus_venvs(machine)
        return {"surplus": self._surplus_releases(machine) + venvs + unused_pythons(machine, venvs)}

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        surplus = self._surplus_releases(machine)
        if surplus:
            units = [self._app.release(os.path.basename(path)).service_unit for path in surplus]
            machine.units.let_leave(units)
        for path in surplus:
            remove_whole(machine.path(path))
        for path in self._surplus_venvs(machine):
            remove_whole(machine.path(path))
        from deploytasks.agent.python.hold import remove_unless_held

        for path in unused_pythons(machine):
            remove_unless_held(machine.path(path))

    @property
    def _app(self) -> App:
        return App(self.app_name, self.app_root, self.app_user)

    def _surplus_releases(self, machine: Machine) -> List[str]:
        whole = kept_releases(machine, self._app)
        names = [release.name for release in whole]
        protected = {self.release} | {release.previous for release in whole if release.name == self.release}
        newest_first = [name for name in reversed(names) if name not in protected]
        spare = max(self.keep - len([name for name in names if name in protected]), 0)
        broken = [
            name
            for name in _directories(machine, self._app.releases, RELEASE_NAME)
            if name not in names and name != self.release
        ]
        return sorted(self._app.release(name).path for name in [*newest_first[spare:], *broken])

    def _surplus_venvs(self, machine: Machine) -> List[str]:
        surplus = set(self._surplus_releases(machine))
        used: Set[str] = {
            os.path.basename(_target(machine.path(self._app.release(name).venv)))
            for name in _listdir(machine, self._app.releases)
            if self._app.release(name).path not in surplus
        }
        return sorted(
            "%s/%s" % (self._app.venvs, name)
            for name in _directories(machine, self._app.venvs, VENV_NAME)
            if name not in used
        )


def _directories(machine: Machine, path: str, called: "re.Pattern[str]") -> List[str]:
    """Those in *path* that are *called* as ours are; what else lies there is somebody's."""
    return [
        name
        for name in _listdir(machine, path)
        if called.fullmatch(name) and is_directory(machine.path("%s/%s" % (path, name)))
    ]


def _listdir(machine: Machine, path: str) -> List[str]:
    try:
        return os.listdir(machine.path(path))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _target(link: str) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""
