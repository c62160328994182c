"""uWSGI as the app's server: its ini file, its command line, what has to be installed for it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.limits import Limit, limits_of
from deploytasks.planning.parts import HTTP, UWSGI, Place
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app.wsgi import SERVED, wsgi_directory, wsgi_module
from deploytasks.roles.uwsgi.build import build_of
from deploytasks.roles.uwsgi.settings import MANAGED, Chosen, Vars

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.inventory import Host

__all__ = [
    "Vars",
    "answer_limit",
    "command",
    "interfaces",
    "managed",
    "packages",
    "protocols",
    "says_ready",
    "steps",
]

template = Templates(beside=__file__)

protocols = (UWSGI, HTTP)
interfaces = ("wsgi",)
says_ready = True

managed = MANAGED

SIGTERM = 15
IN_MEMORY = 8192
"""What is longer of a request's body waits in a file."""
Option = tuple[str, str]


def steps(host: Host, v: Chosen) -> Iterator[Step]:
    """The ini file, in the release, so that a rollback brings it back with the code."""
    deployment = deployment_of(host)
    app, release = deployment.app, deployment.release
    yield from wsgi_module(host)
    build = build_of(host, v)
    if build.from_apt:
        yield Step("install uWSGI", resources.Package(build.from_apt))
    options = [*build.options, *_own_options(host, v), *_options(host, v)]
    text = template("uwsgi.ini.j2", app=app, options=options)
    yield Step("configure uWSGI", resources.File(f"{release.path}/uwsgi.ini", text), phase=Phase.PREPARE)
    if v.logto:
        rotation = template("logrotate.j2", app=app, files=[v.logto])
        yield Step("rotate the logs", resources.File(f"/etc/logrotate.d/{app.name}", rotation))


def packages(host: Host, v: Chosen) -> tuple[str, ...]:
    """What pip installs for it besides the app's own requirements."""
    return build_of(host, v).packages


def command(host: Host, v: Chosen) -> tuple[str, ...]:
    """The command line of the web process."""
    return (build_of(host, v).program, "--ini", f"{deployment_of(host).place.path}/uwsgi.ini")


def answer_limit(host: Host, v: Chosen) -> Limit | None:
    """How long a worker may take for an answer: for ever, unless that is said."""
    del host
    return Limit(v.harakiri, "uwsgi_harakiri") if v.harakiri else None


def _own_options(host: Host, v: Chosen) -> Iterator[Option]:
    deployment = deployment_of(host)
    app, project, facts = deployment.app, deployment.project, deployment.facts
    _require_own_places(app, v)
    if v.mount and deployment.v.prefix:
        raise VariableError(
            f"{deployment.bare.name}: uwsgi_mount: app_mount says where the app is; leave one out"
        )
    place = deployment.place
    ref = project.callable
    directory = posixpath.normpath(f"{place.code}/{ref.directory}")
    yield "chdir", directory
    yield "pythonpath", directory
    yield "pythonpath", wsgi_directory(place)
    if str(ref) not in v.mount.values():
        yield "module", SERVED
    if v.mount:
        yield "manage-script-name", "true"
    if not (v.processes or v.workers):
        yield "processes", str(2 * facts.cpus + 1)
    # By itself it drops a client that takes nothing for 4 seconds.
    yield "socket-timeout", str(limits_of(deployment).pause_s)
    yield from _listening(host, v, place)
    if v.master and v.die_on_term:
        # By itself it would cut off the requests that are under way.
        yield "hook-master-start", f"unix_signal:{SIGTERM} gracefully_kill_them_all"


def _options(host: Host, v: Chosen) -> Iterator[Option]:
    """What was set; the app is mounted as it is served."""
    app = str(deployment_of(host).project.callable)
    for name, value in v.options():
        place, _, mounted = value.rpartition("=")
        yield name, f"{place}={SERVED}" if name == "mount" and mounted == app else value


def _listening(host: Host, v: Chosen, place: Place) -> Iterator[Option]:
    """The socket, in the protocol that the web server speaks."""
    deployment = deployment_of(host)
    app, release = deployment.app, deployment.release
    address = place.socket if place.fd is None else f"fd://{place.fd}"
    if deployment.protocol == UWSGI:
        _refuse_router(host, v)
        yield "socket", address
        # Apache answers 503 when the app has answered and closed before all of a request's body is sent.
        yield "post-buffering", str(IN_MEMORY)
    elif v.http_router:
        yield "http", address
        yield "socket", f"/tmp/{app.name}-{release.name}.sock"  # noqa: S108  # nosec B108  in its own /tmp
    else:
        yield "http-socket", address
    if deployment.protocol == HTTP and not (v.http_router and v.http_keepalive):
        # A client that is not told that the connection ends with the answer would send its next request on it.
        yield "add-header", "Connection: close"
    if place.fd is None:
        yield "chmod-socket", "666"
        if v.vacuum is None and not v.stats:
            yield "vacuum", "true"
    else:
        # It would take the descriptor for a second socket beside the one named here.
        yield "unenv", "LISTEN_PID"


def _refuse_router(host: Host, v: Chosen) -> None:
    if v.http_router:
        web_server = deployment_of(host).name_of("web_server")
        raise VariableError(
            f"{host.name}: uwsgi_http_router: app_web_server={web_server} speaks uwsgi, which needs "
            "no router; leave it out, or set app_web_server=none"
        )


def _require_own_places(app: App, v: Chosen) -> None:
    """Raises ``VariableError`` for a file where the instance may not write, or which two instances cannot share."""
    if v.logto and posixpath.dirname(v.logto) != app.logs:
        raise VariableError(f"uwsgi_logto: {v.logto!r}; expected a file in {app.logs}")
    if v.stats and posixpath.dirname(v.stats) != app.shared:
        raise VariableError(
            f"uwsgi_stats: {v.stats!r}; expected a unix socket in {app.shared}, which a new instance takes over "
            "from the old one: two cannot have the same port"
        )
