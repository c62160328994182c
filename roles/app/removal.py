"""An app goes: its sites, its processes, its files; what people have put there stays unless it is asked for, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, get_args

from deploytasks.agent.resources.unit import DIRECTORY
from deploytasks.plan import Handler, Phase, Plan, Step
from deploytasks.resources import ImageRetention, NoFiles, NoUnits, NoUser, OnlyComposeServices, Run
from deploytasks.roles.app.settings import WebServer

if TYPE_CHECKING:
    from deploytasks.agent.app import App
    from deploytasks.roles.app.settings import Vars


def removal(app: App, v: Vars, *, purge: bool) -> Plan:
    """The plan that leaves nothing of *app* but its shared data and its history; with *purge* not even these.

    Packages, firewall rules, certificates and databases stay: others may use them.
    """
    steps = (*_sites(app), *_processes(app), *_files(app, purge=purge), *_images(app))
    user = _user(app) if purge and not v.user else ()
    owned = (step if step.role else step.in_role("app") for step in (*steps, *user))
    return Plan(tuple(replace(step, phase=Phase.FINISH) for step in owned), app)


def _sites(app: App) -> Iterator[Step]:
    for name in get_args(WebServer):
        web_server = import_module(f"deploytasks.roles.{name}")
        yield from (step.in_role(name) for step in web_server.withdraw(app))


def _processes(app: App) -> Iterator[Step]:
    kinds = (f"{app.name}@*", f"{app.name}.*")
    links = tuple(f"{DIRECTORY}/*.wants/{kind}" for kind in kinds)
    defined = tuple(f"{DIRECTORY}/{kind}" for kind in kinds)
    reread = Handler("reread the units", Run(("systemctl", "daemon-reload")))
    yield Step("end its processes", NoUnits(kinds))
    yield Step("remove its units", NoFiles((*links, *defined)), notify=reread)
    yield Step("forget it at boot", NoFiles((f"/etc/tmpfiles.d/{app.name}.conf",)))


def _files(app: App, *, purge: bool) -> Iterator[Step]:
    data = () if purge else (app.shared, app.services)
    yield Step("remove its sockets", NoFiles((app.run,)))
    yield Step("remove its files", NoFiles((f"{app.root}/*",), kept=(app.history, *data)))


def _images(app: App) -> Iterator[Step]:
    """A host without an engine has none of them."""
    services = OnlyComposeServices(app.name, f"{app.root}/compose/compose.json")
    yield Step("end the services beside it", services).in_role("compose")
    yield Step("remove its images", ImageRetention(app.name, app.releases)).in_role("docker")


def _user(app: App) -> Iterator[Step]:
    yield Step("remove its user", NoUser(app.user))
