"""One host's app, and the parts that serve it: what its roles are made into, once, before there is a plan.

A role is a part by what it has, see ``parts.py``. The parts are those that were given; the host's variables
``app_server``, ``app_web_server`` and ``app_runtime`` say which those are, or agree with them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import INSTALLED, App
from deploytasks.errors import PlanError, VariableError
from deploytasks.planning.parts import Front, Place, Server, WebServer
from deploytasks.planning.role import role_name, vars_of

if TYPE_CHECKING:
    from deploytasks.agent.engine.plan import Step
    from deploytasks.agent.release.facts import Facts
    from deploytasks.agent.release.layout import Release
    from deploytasks.inventory import Host
    from deploytasks.planning.project import Project
    from deploytasks.planning.role import Role

APP = "app"
"""The role that makes a deployment of the others."""


class Runtime(Protocol):
    """The role of what runs the processes: systemd, supervisor, docker, compose."""

    Vars: Any
    brings_dependencies: bool
    """Whether the app's requirements come with it, as in an image; otherwise they are in a virtual environment."""

    def place(self, release: Release) -> Place:
        """Where an instance of *release* finds its things."""

    def define(self, deployment: Deployment, v: Any) -> Iterator[Step]:
        """What every instance shares, such as units."""

    def start(self, deployment: Deployment, v: Any) -> Iterator[Step]:
        """The new instance runs."""

    def confirm(self, deployment: Deployment, v: Any) -> Iterator[Step]:
        """The new instance starts at boot."""

    # One that runs other processes than web has ``process_unit(deployment, process, v)`` as well, the text of the
    # systemd unit of *process*: a template whose instances are its numbers, or the job that a timer starts; and
    # ``release_command(deployment, program, v)``, the action that runs *program* of the release to its end. It says
    # that it ``passes_signals`` when one to the main process of its unit reaches the server, and that it
    # ``starts_again`` what crashes, by itself. What runs is asked on the host: see agent/release/runtime/runtime.py.


@frozen
class Kind:
    """A kind of part: the *variable* of the role ``app`` that chooses it, and what a role of it has."""

    variable: str
    called: str
    has: tuple[str, ...]

    def is_a(self, role: object) -> bool:
        """Whether *role* is one."""
        return not self.lacking(role)

    def lacking(self, role: object) -> list[str]:
        """What *role* would have to have to be one."""
        return [name for name in self.has if not hasattr(role, name)]


def _named_in(shape: type) -> tuple[str, ...]:
    """What the protocol *shape* has, in the order of its source."""
    return tuple(name for name in (*shape.__annotations__, *vars(shape)) if name[0] != "_")


KINDS = (
    Kind("server", "app server", _named_in(Server)),
    Kind("web_server", "web server", _named_in(WebServer)),
    Kind("runtime", "runtime", _named_in(Runtime)),
)
EVERYWHERE = "deploytasks.roles.systemd"
"""The runtime that every host has; it has no steps of its own, so it need not be given."""


@frozen
class Deployment:
    """The app of one host, and the parts it is made of.

    *parts* are the roles by kind, *vars* the variables of all *roles*, and *v* those of ``app``.

    Until a host has been asked and a plan is made, *known_project* (what is in the app's source) and *known_release*
    are empty.
    """

    bare: Host = field(repr=False)
    app: App
    v: Any = field(repr=False)
    roles: tuple[str, ...]
    parts: Mapping[str, Any] = field(repr=False)
    vars: Mapping[str, Any] = field(repr=False)
    known_project: Project | None = field(default=None, repr=False)
    known_release: Release | None = field(default=None, repr=False)

    @property
    def host(self) -> Host:
        """The host, which knows of this."""
        return replace(self.bare, deployment=self)

    @property
    def project(self) -> Project:
        """What is in the app's source.

        Raises ``PlanError`` where it was not looked at.
        """
        if self.known_project is None:
            raise PlanError(f"{self.bare.name}: the app's source was not read; use plan_for")
        return self.known_project

    @property
    def release(self) -> Release:
        """The release that is to come; raises ``PlanError`` outside of ``plan_for``."""
        if self.known_release is None:
            raise PlanError(f"{self.bare.name}: there is no release to serve; use plan_for")
        return self.known_release

    @property
    def facts(self) -> Facts:
        """What the host has said of itself; raises ``PlanError`` outside of ``plan_for``."""
        if self.bare.facts is None:
            raise PlanError(f"{self.bare.name}: nothing is known of this host; use plan_for")
        return self.bare.facts

    @property
    def server(self) -> Server:
        """The app's server.

        Raises ``PlanError``, as the next two, when no role is one.
        """
        found: Server = self._part("server")
        return found

    @property
    def web_server(self) -> WebServer:
        found: WebServer = self._part("web_server")
        return found

    @property
    def runtime(self) -> Runtime:
        found: Runtime = self._part("runtime")
        return found

    @property
    def runs_in_containers(self) -> bool:
        """Whether its runtime brings what the app needs in an image."""
        return bool(getattr(self.parts.get("runtime"), "brings_dependencies", False))

    @property
    def is_reached_directly(self) -> bool:
        """Whether clients connect to the app's server, without a web server."""
        return self.name_of("web_server") == "none"

    def name_of(self, kind: str) -> str:
        """What the part of that *kind* (``server`` …) is called.

        Raises ``PlanError`` when no role is one.
        """
        return role_name(self._part(kind))

    def vars_of(self, part: Any) -> Any:
        """The variables of one of the parts."""
        name = role_name(part)
        return self.vars[name] if name in self.vars else vars_of(part, self.bare)

    @property
    def protocol(self) -> str:
        """The protocol that the web server speaks to the instance.

        Raises ``VariableError`` when they share none.
        """
        shared = (protocol for protocol in self.server.protocols if protocol in self.web_server.protocols)
        found = next(shared, None)
        if found is None:
            raise VariableError(
                f"{self.bare.name}: app_server={self.name_of('server')} speaks {', '.join(self.server.protocols)}, "
                f"which app_web_server={self.name_of('web_server')} does not; choose another of the two"
            )
        return found

    @property
    def front(self) -> Front:
        """What people reach."""
        return self.web_server.front(self.host, self.vars_of(self.web_server))

    @property
    def place(self) -> Place:
        """Where the new instance finds its things."""
        return self.runtime.place(self.release)

    @property
    def directory(self) -> str:
        """Where the app's imports start, as its processes see it."""
        return posixpath.normpath(f"{self.place.code}/{self.project.callable.directory}")

    @property
    def own_programs(self) -> str:
        """The directory of the app's own commands; empty without any."""
        package = self.project.package
        return f"{self.place.code}/{INSTALLED}/bin" if package and package.programs else ""

    @property
    def imports(self) -> tuple[str, ...]:
        """Where Python looks for modules before the environment's own."""
        project = self.project
        directories = (project.callable.directory, *(project.package.directories if project.package else ()))
        if not project.package:
            return () if project.has_namesakes else (self.directory,)
        places = (posixpath.normpath(f"{self.place.code}/{directory}") for directory in directories)
        return (*dict.fromkeys(places), f"{self.place.code}/{INSTALLED}")

    def command(self) -> tuple[str, ...]:
        """The command line of the web process.

        Raises ``VariableError`` for an app that the server cannot serve.
        """
        ref = self.project.callable
        if ref.interface not in self.server.interfaces:
            raise VariableError(
                f"{self.bare.name}: {ref} is {ref.interface.upper()}, which app_server={self.name_of('server')} "
                "cannot serve; set app_server to gunicorn, uvicorn or hypercorn"
            )
        return self.server.command(self.host, self.vars_of(self.server))

    @property
    def workers(self) -> int | None:
        """How many workers the web process begins with.

        It is told where their number can change while the process runs.
        """
        count = getattr(self.server, "worker_count", None)
        if count is None or not getattr(self.runtime, "passes_signals", False):
            return None
        number: int | None = count(self.host, self.vars_of(self.server))
        said = str(self.v.env.get("WEB_CONCURRENCY", ""))
        return int(said) if number and said.isdecimal() else number

    @property
    def has_workers(self) -> bool:
        """Whether workers that crash are started again.

        By the server, or by what runs it.
        """
        return bool(getattr(self.server, "has_workers", True) or getattr(self.runtime, "starts_again", False))

    @property
    def system_calls(self) -> tuple[str, ...]:
        """System calls that the server needs besides those of every server.

        As in systemd.exec(5).
        """
        calls = getattr(self.server, "system_calls", None)
        found: tuple[str, ...] = calls(self.host, self.vars_of(self.server)) if calls else ()
        return found

    @property
    def system_packages(self) -> tuple[str, ...]:
        """Packages of the distribution that the server needs.

        On the host, or in the image.
        """
        found: tuple[str, ...] = getattr(self.server, "system_packages", ())
        return found

    def packages(self) -> tuple[str, ...]:
        """What pip installs for the server."""
        return self.server.packages(self.host, self.vars_of(self.server))

    def define(self) -> Iterator[Step]:
        """What every instance shares, such as units."""
        return self._of_runtime(self.runtime.define)

    def start(self) -> Iterator[Step]:
        """The new instance runs."""
        return self._of_runtime(self.runtime.start)

    def confirm(self) -> Iterator[Step]:
        """The new instance starts at boot."""
        return self._of_runtime(self.runtime.confirm)

    def _of_runtime(self, steps: Callable[[Deployment, Any], Iterator[Step]]) -> Iterator[Step]:
        name = self.name_of("runtime")
        return (step.in_role(name) for step in steps(self, self.vars_of(self.runtime)))

    def _part(self, kind: str) -> Any:
        if kind in self.parts:
            return self.parts[kind]
        (called,) = (one.called for one in KINDS if one.variable == kind)
        raise PlanError(
            f"{self.bare.name}: none of the roles {', '.join(self.roles)} is the app's {called}; "
            f"add {getattr(self.v, kind)}"
        )


def deployment_of(host: Host) -> Deployment:
    """The ``Deployment`` that *host*'s roles make.

    Raises ``PlanError`` where the role ``app`` is not among them.
    """
    found: Deployment | None = host.deployment
    if found is None:
        raise PlanError(f"{host.name}: this role serves an app; put the role app before it, and use plan_for")
    return found


def parts_among(roles: Sequence[Role]) -> dict[str, Any]:
    """The first part of each kind among *roles*, whatever their variables say."""
    found = {kind.variable: next(filter(kind.is_a, roles), None) for kind in KINDS}
    return {variable: part for variable, part in found.items() if part is not None}


def deployment_among(host: Host, roles: Sequence[Role], checked: Sequence[Any]) -> Deployment | None:
    """What *roles*, whose variables are *checked*, make of *host*; None without the role ``app``.

    Raises ``PlanError`` for two parts of a kind, and ``VariableError`` for a variable that names another part than the
    one that was given.
    """
    values = {role_name(role): v for role, v in zip(roles, checked, strict=True)}
    v = values.get(APP)
    if v is None:
        return None
    parts = {kind.variable: _part_among(host, roles, kind, v) for kind in KINDS}
    given = {kind: part for kind, part in parts.items() if part is not None}
    app = App(v.name, v.directory, v.account)
    return Deployment(replace(host, deployment=None), app, v, tuple(values), given, values)


def _part_among(host: Host, roles: Sequence[Role], kind: Kind, v: Any) -> Any:
    found = [role for role in roles if kind.is_a(role)]
    wanted = getattr(v, kind.variable)
    if len(found) > 1:
        names = " and ".join(role_name(role) for role in found)
        raise PlanError(f"{host.name}: {names} are each the app's {kind.called}; leave one of them out")
    if not found:
        is_everywhere = kind.variable == "runtime" and module_of(wanted) == EVERYWHERE
        return import_module(EVERYWHERE) if is_everywhere else None
    variable = f"app_{kind.variable}"
    if host.says(variable) and wanted not in (role_name(found[0]), found[0].__name__):
        origin = host.origin(variable)
        raise VariableError(
            f"{origin or host.name}: {variable}: {wanted!r}, but the role {role_name(found[0])} was given; "
            f"give the role {wanted.rpartition('.')[2]}, or leave {variable} out"
        )
    return found[0]


def module_of(part: str) -> str:
    """The dotted name of the module of the part called *part*: ours by a word, another by its own dotted name."""
    return part if "." in part else f"deploytasks.roles.{part}"
