"""An app goes: its sites, its processes, its files; what people have put there stays unless it is asked for, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from deploytasks import resources
from deploytasks.agent.services.unit import DIRECTORY
from deploytasks.planning.deployment import module_of
from deploytasks.planning.plan import Handler, Phase, Plan, Step
from deploytasks.planning.role import role_name
from deploytasks.roles.app.guests import certificate_of
from deploytasks.roles.app.settings import SERVICES, WEB_SERVERS

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.roles.app.settings import Vars

RELEASES = "[0-9]*T[0-9]*Z-*"
"""What is named after a release (glob(7))."""
VENVS = "[0-9a-f]" * 16
"""What an environment is called."""
UNITS = ("@*.service", "@*.socket", ".*.service", ".*.timer")
"""How units of an app go on after its name: what is called like it alone, such as APP.service, is somebody else's."""
CONTAINED = ("docker", "compose")
PORT_UNITS = ("-port@*.service",)
NOWHERE = "/nonexistent"
"""Where no release, and no service, is wanted."""


def removal(app: App, v: Vars, parts: Mapping[str, Any], *, purge: bool) -> Plan:
    """The plan that leaves nothing of *app* but its shared data and its history; with *purge* not even these.

    *parts* are the roles that serve it, by their kinds.
    Packages, certificates and databases stay: others may use them; so do rules of the firewall that were not made for
    the app.
    """
    runtime = role_name(parts["runtime"])
    steps = (
        *_sites(app, parts),
        *_processes(app, runtime),
        *_containers(app, runtime),
        *_files(app, purge=purge),
        Step("close the app's ports", resources.OnlyUfwRules(app.name)).in_role("ufw"),
    )
    user = _user(app) if purge and not v.user else ()
    owned = (step if step.role else step.in_role("app") for step in (*steps, *user))
    return Plan(tuple(replace(step, phase=Phase.FINISH) for step in owned))


def _sites(app: App, parts: Mapping[str, Any]) -> Iterator[Step]:
    """Of every web server that we know, and of the one that serves."""
    known = [import_module(module_of(name)) for name in WEB_SERVERS]
    for web_server in dict.fromkeys([*known, parts["web_server"]]):
        yield from (step.in_role(role_name(web_server)) for step in web_server.withdraw(app))
        if hasattr(web_server, "PASSWORDS"):
            passwords = resources.AbsentManaged(web_server.PASSWORDS % app.name)
            yield Step("remove the site's passwords", passwords).in_role(role_name(web_server))


def _processes(app: App, runtime: str) -> Iterator[Step]:
    kinds = tuple(app.name + kind for kind in (*UNITS, *(PORT_UNITS if runtime in CONTAINED else ())))
    links = tuple(f"{DIRECTORY}/*.wants/{kind}" for kind in kinds)
    defined = tuple(f"{DIRECTORY}/{kind}" for kind in kinds)
    reread = Handler("reread the units", resources.Run(("systemctl", "daemon-reload")))
    yield Step("end the app's processes", resources.AbsentUnits(kinds))
    yield Step("remove the app's units", resources.AbsentFiles((*links, *defined)), notify=reread)
    yield Step(
        "remove the rotation of the app's logs", resources.AbsentManaged(f"/etc/logrotate.d/{app.name}")
    )
    yield Step("remove the app's links at boot", resources.AbsentFiles((f"/etc/tmpfiles.d/{app.name}.conf",)))


def _containers(app: App, runtime: str) -> Iterator[Step]:
    """A host without an engine has no images; a compose project of that name may be somebody else's."""
    if runtime == "compose":
        yield Step(
            "end the services beside the app", resources.OnlyComposeServices(app.name, NOWHERE)
        ).in_role("compose")
    yield Step("remove the app's images", resources.ImageRetention(app.name, NOWHERE)).in_role("docker")
    yield Step(
        "remove the images of the app's services", resources.ImageRetention(f"{app.name}/services", NOWHERE)
    ).in_role("docker")


def _files(app: App, *, purge: bool) -> Iterator[Step]:
    """By their names: whoever gave *app* a directory that others use as well keeps what is theirs."""
    data = (app.shared, app.services, app.logs, app.sockets)
    pinned = (certificate_of(app, service) for service in SERVICES)
    settings = (
        app.scale,
        app.scale_env,
        f"{app.root}/kept",
        f"{app.root}/compose",
        f"{app.root}/ca-bundle.pem",
        *pinned,
    )
    yield Step(
        "remove the app's sockets",
        resources.AbsentFiles((f"{app.sockets}/current*", f"{app.sockets}/{RELEASES}")),
    )
    made = (f"{app.releases}/{RELEASES}", f"{app.venvs}/{VENVS}")
    yield Step(
        "remove the app's files",
        resources.AbsentFiles((app.current, *made, *settings), rooms=(app.releases, app.venvs)),
    )
    if purge:
        yield Step("remove the app's data", resources.AbsentFiles(data, app=app.name))


def _user(app: App) -> Iterator[Step]:
    yield Step("remove the app's user", resources.AbsentUser(app.user, app.account_comment, app.root))
