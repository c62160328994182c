"""What an app's things are called on a host is the app's own, or nothing is done."""

from __future__ import annotations

import os
from typing import ClassVar, Iterator, List, Optional, Tuple, Union

from deploytasks.agent.accounts.accounts import Account, account, account_group
from deploytasks.agent.disk.entry import is_bare, read_directory, read_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.absent_managed import is_ours
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.owner import Owner, apps_at, others_at, owner_of, write_owner
from deploytasks.agent.release.site_claim import SiteClaim
from deploytasks.agent.services.unit import DIRECTORY

UNITS = (DIRECTORY, "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
"""Where units lie, those that count first first (systemd.unit(5))."""
PROJECT = "project"
MOVED = (
    "the app {0} serves from {1}, and app_root is {2}; nothing was changed. Leave app_root as it was; or, to move the "
    "app, inv destroy with the old app_root, which keeps the shared data, then deploy with the new one, and on the "
    "host mv {1}/shared/* {2}/shared/"
)
NO_HOME, NO_SHELL = "/nonexistent", "/usr/sbin/nologin"


@frozen
class Foreign:
    """Something that has a name of ours: what it is *called* by those who adopt it, and in a sentence."""

    called: str
    told: str


@frozen
class Claim(Resource):
    """All that has a name of the app's is the app's.

    The app made it, or *adopt* says that it may have it.

    It is looked at before anything is changed: *files* in directories that packages share, units, the account
    *app_user*, the app's root and directories below /run and /var/log. *adopt* is true for all of it, or the names
    of things. Another project's app of this name can be adopted as well; the root of another app, and a group of the
    system, cannot. What was taken over is remembered, and stays when the app is destroyed. Nobody else has the *ports*
    and *domains* that *web_server* is to serve it at.
    """

    reversible: ClassVar[bool] = False
    rolls_back: ClassVar[bool] = False
    app_name: str
    app_root: str
    app_user: str
    files: Tuple[str, ...] = ()
    adopt: Union[bool, Tuple[str, ...]] = False
    web_server: str = ""
    ports: Tuple[int, ...] = ()
    domains: Tuple[str, ...] = ()

    def desired(self) -> State:
        return {"root": self.app_root, "user": self.app_user, "claimed": True}

    def inspect(self, machine: Machine) -> State:
        owner = owner_of(machine, self._app)
        self._require_own_root(machine)
        self._require_same_root(machine, owner)
        foreign = [thing for thing in self._foreign(machine, owner) if not self._adopts(thing)]
        if foreign:
            raise StepError(self._refusal(foreign))
        if self.web_server:
            adopted = () if isinstance(self.adopt, bool) else self.adopt
            SiteClaim(self.app_name, self.web_server, self.ports, self.domains, adopted).require(machine)
        if owner is None:
            return None
        claimed = _project(machine) in ("", owner.project)
        return {"root": owner.root, "user": owner.user, "claimed": claimed}

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        owner = owner_of(machine, self._app)
        adopted = {thing.called for thing in self._foreign(machine, owner) if thing.called != PROJECT}
        before = owner or Owner(self.app_name, self.app_root, self.app_user, "")
        write_owner(
            machine,
            self._app,
            Owner(
                self.app_name,
                self.app_root,
                self.app_user,
                _project(machine) or before.project,
                tuple(sorted({*adopted, *before.adopted})),
            ),
        )

    @property
    def _app(self) -> App:
        return App(self.app_name, self.app_root, self.app_user)

    def _require_own_root(self, machine: Machine) -> None:
        others = {*others_at(machine, self._app), *apps_at(machine, self._app)} - {self.app_name}
        for other in sorted(others):
            raise StepError(
                "%s belongs to the app %s; nothing was changed. Give %s another app_root"
                % (self.app_root, other, self.app_name)
            )

    def _require_same_root(self, machine: Machine, owner: Optional[Owner]) -> None:
        """Releases, data and the account's home lie where the app was first deployed."""
        if owner is None or owner.root == self.app_root:
            return
        if os.path.lexists(machine.path(owner.root + "/current")):
            raise StepError(MOVED.format(self.app_name, owner.root, self.app_root))

    def _foreign(self, machine: Machine, owner: Optional[Owner]) -> Iterator[Foreign]:
        """What is there, is not ours and was not taken over; of an app that is known here its directories are ours."""
        known = self.app_name in apps_at(machine, self._app)
        if owner and _project(machine) not in ("", owner.project) and owner.project:
            told = "the app %s, which belongs to another project (its history begins with the commit %s)"
            yield Foreign(PROJECT, told % (self.app_name, owner.project))
        found = [*self._files(machine), *self._units(machine, known), *self._accounts(machine, known)]
        if not known:
            found += self._directories(machine)
        adopted = owner.adopted if owner else ()
        yield from (thing for thing in found if thing.called not in adopted)

    def _files(self, machine: Machine) -> Iterator[Foreign]:
        return (Foreign(path, "the file " + path) for path in self.files if _is_foreign(machine, path))

    def _units(self, machine: Machine, known: bool) -> Iterator[Foreign]:
        alone = () if known else (".service", ".socket", ".timer")
        for kind in ("@.service", "@.socket", *alone):
            name = self.app_name + kind
            places = ("%s/%s" % (directory, name) for directory in UNITS)
            place = next((place for place in places if _is_foreign(machine, place)), None)
            if place:
                yield Foreign(name, "the unit %s (%s)" % (name, place))

    def _accounts(self, machine: Machine, known: bool) -> Iterator[Foreign]:
        found = account(machine, self.app_user)
        if found is None:
            group = account_group(machine, self.app_user)
            if group and not known:
                told = "the group %s is there without a user of that name, so it is somebody else's; nothing was "
                raise StepError(told % group.name + "changed. Choose another app_name, or set app_user")
        elif not _is_made_for(found, self._app, known):
            told = "the account %s (number %s, home %s)" % (found.name, found.uid, found.home)
            yield Foreign(found.name, told)

    def _directories(self, machine: Machine) -> Iterator[Foreign]:
        for path in (self.app_root, self._app.sockets, self._app.logs):
            found = read_directory(machine.path(path))
            if found and not (found["kind"] == "directory" and is_bare(machine.path(path))):
                yield Foreign(path, "the directory " + path)

    def _adopts(self, thing: Foreign) -> bool:
        return self.adopt is True or (self.adopt is not False and thing.called in self.adopt)

    def _refusal(self, foreign: List[Foreign]) -> str:
        told = ", ".join(thing.told for thing in foreign)
        names = ", ".join('"%s"' % thing.called for thing in foreign)
        return (
            "there is something called %s on this host that is not of this app: %s; nothing was changed. Choose "
            "another app_name, or have it taken over by app_adopt=true, or by its name: app_adopt=[%s]"
            % (self.app_name, told, names)
        )


def _is_made_for(found: Account, app: App, known: bool) -> bool:
    """Whether the account *found* was made for *app*; those of the first versions tell by their home alone."""
    if found.comment:
        return found.comment == app.account_comment
    return known and found.home in (app.root, NO_HOME) and found.shell == NO_SHELL


def _project(machine: Machine) -> str:
    return str(machine.recording.get("project", ""))


def _is_foreign(machine: Machine, path: str) -> bool:
    """Whether something is at *path* that does not say that it is ours; a link counts as what it is called."""
    entry = read_entry(machine.path(path))
    if entry is None or entry["kind"] == "symlink":
        return False
    return not is_ours(entry)
