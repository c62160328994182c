"""The parts that a host's ``app_*`` variables choose, and what they have to say to each other.

There are three lists and no table of pairs. A *server* says its command line and the protocols it
speaks; a *web server* renders each protocol that it knows; a *runtime* starts a command at a place.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, get_args

from deploytasks.agent.release.runtime.process_units import RELEASE
from deploytasks.errors import PlanError, VariableError
from deploytasks.plan import Phase
from deploytasks.role import vars_of
from deploytasks.roles.app import settings
from deploytasks.roles.app.process import Process, processes_of

if TYPE_CHECKING:
    from deploytasks.agent.engine.resource import Action
    from deploytasks.agent.release.facts import Facts
    from deploytasks.agent.release.layout import App, Release
    from deploytasks.inventory import Host
    from deploytasks.plan import Step
    from deploytasks.project import Project
    from deploytasks.roles.app.settings import Vars

HTTP = "http"
UWSGI = "uwsgi"
FASTCGI = "fastcgi"

PLAIN_PATH = re.compile(r"[A-Za-z0-9._~@+/-]+")
"""Nothing that ends a word in a web server's configuration."""


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

    def withdraw(self, app: App) -> Iterator[Step]:
        """The site of *app* is gone, and the web server rests when it has no other; without a site nothing is done.

        Another web server wants its port, or the app goes; its own variables may be gone from the inventory.
        """


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

    # One that runs other processes than web has these, too.

    def process_unit(self, parts: Parts, process: Process, v: Any) -> str:
        """The systemd unit of *process*: a template whose instances are its numbers, or the job that a timer starts."""

    def release_command(self, parts: Parts, program: str, v: Any) -> Action:
        """Runs *program* of the release to its end."""


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

    def withdraw_others(self) -> Iterator[Step]:
        """The other web servers have no site of the app, so that the chosen one can have their ports."""
        others = (name for name in get_args(settings.WebServer) if name != self.v.web_server)
        for name in others:
            steps = _role(name).withdraw(known(self.host)[0])
            yield from (replace(step, phase=Phase.START).in_role(name) for step in steps)

    @property
    def place(self) -> Place:
        """Where the new instance finds its things."""
        if not self.host.release:
            raise PlanError(f"{self.host.name}: there is no release to serve")
        return self.runtime.place(self.host.release)

    @property
    def directory(self) -> str:
        """Where the app's imports start, as its processes see it."""
        return posixpath.normpath(f"{self.place.code}/{known(self.host)[2].callable.directory}")

    def command(self) -> tuple[str, ...]:
        """The command line of the web process; raises ``VariableError`` for an app that the server cannot serve."""
        ref = known(self.host)[2].callable
        if ref.interface not in self.server.interfaces:
            raise VariableError(
                f"{self.host.name}: {ref} is {ref.interface.upper()}, which app_server={self.v.server} "
                "cannot serve; set app_server to gunicorn, uvicorn or hypercorn"
            )
        return self.server.command(self.host, self._vars(self.server))

    @property
    def workers(self) -> int | None:
        """How many workers the web process begins with, where their number can change while it runs."""
        count = getattr(self.server, "worker_count", None)
        if count is None or not getattr(self.runtime, "passes_signals", False):
            return None
        number: int | None = count(self.host, self._vars(self.server))
        said = str(self.v.env.get("WEB_CONCURRENCY", ""))
        return int(said) if number and said.isdecimal() else number

    @property
    def processes(self) -> tuple[Process, ...]:
        """The processes besides web, and but for the release command."""
        return tuple(process for name, process in self._processes.items() if name != RELEASE)

    @property
    def release_process(self) -> Process | None:
        """What is run once before a release serves."""
        return self._processes.get(RELEASE)

    def unit_of(self, process: Process) -> str:
        """The systemd unit of *process*; raises ``VariableError`` when the runtime runs none but web."""
        unit: str = self._of_processes("process_unit")(self, process, self._vars(self.runtime))
        return unit

    def release_command(self, program: str) -> Action:
        """Runs *program* of the release to its end; raises ``VariableError`` as ``unit_of``."""
        action: Action = self._of_processes("release_command")(self, program, self._vars(self.runtime))
        return action

    def _of_processes(self, name: str) -> Any:
        found = getattr(self.runtime, name, None)
        if found is None:
            raise VariableError(
                f"{self.host.name}: app_runtime={self.v.runtime} runs no process but web; switch off "
                f"{', '.join(self._processes)} with app_processes, such as "
                f"app_processes={{{next(iter(self._processes))!r}: None}}"
            )
        return found

    @property
    def _processes(self) -> dict[str, Process]:
        return processes_of(self.host.name, known(self.host)[2].processes, self.v.processes)

    @property
    def system_packages(self) -> tuple[str, ...]:
        """What of the distribution's the server wants beside it: on the host, or in the image."""
        found: tuple[str, ...] = getattr(self.server, "system_packages", ())
        return found

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


def static_of(host: Host) -> dict[str, str]:
    """URL prefixes with the directories that a web server serves from the disk, both end in a slash; inner ones first.

    What is shared below one of them is one of its own: links that lead elsewhere are followed at the beginning of a
    directory only, where root made them, and below it where they lead to what is of the same owner.

    Raises ``VariableError`` for what cannot stand in a web server's configuration.
    """
    app, _, project, _ = known(host)
    found = parts_of(host).v.static
    found = project.static if found is None else found
    served = dict(_served(host, app, url.strip("/"), path.strip("/")) for url, path in sorted(found.items()))
    return {**dict(_shared_below(host, app, served)), **served}


def is_reached_directly(host: Host) -> bool:
    """Whether people's own connections come to the app's server, as there is no web server."""
    return parts_of(host).v.web_server == "none"


def _shared_below(host: Host, app: App, served: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    code = f"{app.current}/code/"
    for shared in sorted(parts_of(host).v.shared):
        place = f"{code}{shared.strip('/')}/"
        for url, directory in served.items():
            if place.startswith(directory) and place != directory and PLAIN_PATH.fullmatch(shared.strip("/")):
                yield url + place[len(directory) :], place


def _served(host: Host, app: App, url: str, path: str) -> tuple[str, str]:
    if not (PLAIN_PATH.fullmatch(url) and PLAIN_PATH.fullmatch(path)) or ".." in f"{url}/{path}".split("/"):
        raise VariableError(
            f"{host.name}: app_static: {url!r}: {path!r}; expected a URL prefix and a directory of the source, "
            "both of letters, digits and ._~@+-/, such as /static: shop/static"
        )
    return f"/{url}/", f"{app.current}/code/{path}/"


def _role(name: str) -> Any:
    return import_module(f"deploytasks.roles.{name}")
