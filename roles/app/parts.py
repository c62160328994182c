"""The parts that a host's ``app_*`` variables choose, and what they have to say to each other.

There are three lists and no table of pairs. A *server* says its command line and the protocols it
speaks; a *web server* renders each protocol that it knows; a *runtime* starts a command at a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from deploytasks.errors import PlanError, VariableError
from deploytasks.role import vars_of

if TYPE_CHECKING:
    from deploytasks.agent.app import App, Release
    from deploytasks.agent.facts import Facts
    from deploytasks.inventory import Host
    from deploytasks.plan import Step
    from deploytasks.project import Project
    from deploytasks.roles.app.settings import Vars

HTTP = "http"
UWSGI = "uwsgi"
FASTCGI = "fastcgi"


@dataclass(frozen=True)
class Place:
    """Where an instance finds its things, as its own processes see them.

    *path* holds the release's rendered files. It takes its connections from the listening descriptor
    *fd*; where that is None nobody hands it one, and it makes the unix socket *socket* itself.
    """

    path: str
    code: str
    venv: str
    socket: str
    fd: int | None = None

    def program(self, name: str) -> str:
        """A program of the virtual environment."""
        return f"{self.venv}/bin/{name}"


@dataclass(frozen=True)
class Front:
    """What people reach: domains (none means any), TCP ports, and whether they come over TLS."""

    names: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    secure: bool = False

    @property
    def host(self) -> str:
        """A Host header with which people come."""
        return self.names[0].removeprefix("*.") if self.names else "localhost"

    @property
    def scheme(self) -> str:
        return "https" if self.secure else "http"


class Server(Protocol):
    """The role of an app server: such as gunicorn or uwsgi."""

    Vars: Any
    protocols: tuple[str, ...]
    """What it can speak on its socket, the preferred first."""
    interfaces: tuple[str, ...]
    """The apps it can serve: ``wsgi``, ``asgi``."""
    says_ready: bool
    """Whether it tells systemd that it is ready (sd_notify(3))."""

    def packages(self, host: Host, v: Any) -> tuple[str, ...]:
        """What pip installs for it besides the app's own requirements."""

    def command(self, host: Host, v: Any) -> tuple[str, ...]:
        """The command line of the web process."""


class WebServer(Protocol):
    """The role of what people reach: nginx, apache, caddy, none."""

    Vars: Any
    protocols: frozenset[str]
    """What it can speak to an instance."""

    def front(self, host: Host, v: Any) -> Front:
        """What people reach."""


class Runtime(Protocol):
    """The role of what runs the processes: systemd, supervisor, docker, compose."""

    Vars: Any
    brings_dependencies: bool
    """Whether the app's requirements come with it, as in an image; otherwise they are in a virtual environment."""

    def place(self, release: Release) -> Place:
        """Where an instance of *release* finds its things."""

    def define(self, parts: Parts, v: Any) -> Iterator[Step]:
        """What every instance shares, such as units."""

    def start(self, parts: Parts, v: Any) -> Iterator[Step]:
        """The new instance runs."""

    def confirm(self, parts: Parts, v: Any) -> Iterator[Step]:
        """The new instance starts at boot."""


@dataclass(frozen=True)
class Parts:
    """The parts of one host's app, with the variables *v* of the role ``app``."""

    host: Host
    v: Vars
    server: Server
    web_server: WebServer
    runtime: Runtime

    @property
    def protocol(self) -> str:
        """What the web server speaks to the instance; raises ``VariableError`` when they share no language."""
        shared = (protocol for protocol in self.server.protocols if protocol in self.web_server.protocols)
        found = next(shared, None)
        if found is None:
            raise VariableError(
                f"{self.host.name}: app_server={self.v.server} speaks {', '.join(self.server.protocols)}, "
                f"which app_web_server={self.v.web_server} does not; choose another of the two"
            )
        return found

    @property
    def front(self) -> Front:
        """What people reach."""
        return self.web_server.front(self.host, self._vars(self.web_server))

    @property
    def place(self) -> Place:
        """Where the new instance finds its things."""
        if not self.host.release:
            raise PlanError(f"{self.host.name}: there is no release to serve")
        return self.runtime.place(self.host.release)

    def command(self) -> tuple[str, ...]:
        """The command line of the web process; raises ``VariableError`` for an app that the server cannot serve."""
        ref = known(self.host)[2].callable
        if ref.interface not in self.server.interfaces:
            raise VariableError(
                f"{self.host.name}: {ref} is {ref.interface.upper()}, which app_server={self.v.server} "
                "cannot serve; set app_server to uvicorn or hypercorn"
            )
        return self.server.command(self.host, self._vars(self.server))

    def packages(self) -> tuple[str, ...]:
        """What pip installs for the server."""
        return self.server.packages(self.host, self._vars(self.server))

    def define(self) -> Iterator[Step]:
        """What every instance shares, such as units."""
        return self._of_runtime(self.runtime.define)

    def start(self) -> Iterator[Step]:
        """The new instance runs."""
        return self._of_runtime(self.runtime.start)

    def confirm(self) -> Iterator[Step]:
        """The new instance starts at boot."""
        return self._of_runtime(self.runtime.confirm)

    def _of_runtime(self, steps: Callable[[Parts, Any], Iterator[Step]]) -> Iterator[Step]:
        return (step.in_role(self.v.runtime) for step in steps(self, self._vars(self.runtime)))

    def _vars(self, part: Any) -> Any:
        return vars_of(part, self.host)


def parts_of(host: Host) -> Parts:
    """The parts that *host*'s variables choose."""
    v: Vars = vars_of(_role("app"), host)
    return Parts(host, v, _role(v.server), _role(v.web_server), _role(v.runtime))


def known(host: Host) -> tuple[App, Release, Project, Facts]:
    """What a role needs that works for an app; raises ``PlanError`` outside of ``plan_for``."""
    if not (host.app and host.release and host.project and host.facts):
        raise PlanError(f"{host.name}: this role serves an app; put the role app before it, and use plan_for")
    return host.app, host.release, host.project, host.facts


def _role(name: str) -> Any:
    return import_module(f"deploytasks.roles.{name}")
