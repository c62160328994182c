"""gunicorn as the app's server: its settings, its command line, what has to be installed for it."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks import resources
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.limits import FIELD_BYTES, Limit
from deploytasks.planning.parts import HTTP, Place
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app.asgi import asgi_directory, asgi_module
from deploytasks.roles.app.instance import BACKLOG
from deploytasks.roles.app.wsgi import SERVED, wsgi_directory, wsgi_module
from deploytasks.roles.gunicorn.old import OWN_IDENTITY, SETUPTOOLS, is_old
from deploytasks.roles.gunicorn.own_file import USUAL, file_of, own_file, said_in_file
from deploytasks.roles.gunicorn.settings import MANAGED, UNHEARD, Vars
from deploytasks.roles.gunicorn.workers import CALLING, OWN_ASGI, WORKERS, interface_served, worker_class

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App, Release
    from deploytasks.inventory import Host

template = Templates(beside=__file__)

protocols = (HTTP,)
interfaces = ("wsgi", "asgi")
says_ready = True

managed = MANAGED
unheard = UNHEARD
usual_file = USUAL
file_named = file_of

SENDING = "deploytasks_sending"
"""The module of a release with the class of its workers."""
FIRST_FD = 3
"""Where systemd's sockets begin (sd_listen_fds(3)); gunicorn takes them unasked."""


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The configuration, in the release, so that a rollback brings it back with the code."""
    deployment = deployment_of(host)
    app, release = deployment.app, deployment.release
    settings = {**_own_settings(host, v), **v.settings()}
    directory, sync = "", "sync"
    if interface_served(host, v) == "asgi":
        yield from asgi_module(host, "asgi", tells=worker_class(host, v) == OWN_ASGI)
        directory = asgi_directory(deployment.place)
    elif _is_in_module(host, v):
        yield from wsgi_module(host)
        yield _sending_module(release)
        directory, sync = wsgi_directory(deployment.place), f"{SENDING}.SyncWorker"
    own = own_file(host, v)
    text = template(
        "gunicorn.conf.py.j2",
        own=posixpath.normpath(f"{deployment.directory}/{own}") if own else "",
        usual=_usual_settings(host, v),
        unheard=sorted((MANAGED.keys() | UNHEARD.keys()) - {*settings, "config"}),
        settings=settings,
        directory=directory,
        sync=sync,
        hooks=v.hooks(),
        v=v,
    )
    yield Step(
        "configure gunicorn", resources.File(f"{release.path}/gunicorn.conf.py", text), phase=Phase.PREPARE
    )
    files = tuple(_log_files(app, v))
    if files:
        rotation = template("logrotate.j2", app=app, files=files)
        yield Step("install logrotate", resources.Package("logrotate"))
        yield Step("rotate the logs", resources.File(f"/etc/logrotate.d/{app.name}", rotation))


def packages(host: Host, v: Vars) -> tuple[str, ...]:
    """What pip installs for it besides the app's own requirements."""
    worker = WORKERS.get(worker_class(host, v))
    old = (SETUPTOOLS,) if is_old(deployment_of(host).project) else ()
    return v.packages or ("gunicorn", *(worker.packages if worker else ()), *old)


def system_calls(host: Host, v: Vars) -> tuple[str, ...]:
    """What its processes have to be allowed besides what every server may."""
    del v
    return OWN_IDENTITY if is_old(deployment_of(host).project) else ()


def command(host: Host, v: Vars) -> tuple[str, ...]:
    """The command line of the web process, with the app: gunicorn takes it from a file since 20.1."""
    place = deployment_of(host).place
    return (place.program("gunicorn"), "--config", f"{place.path}/gunicorn.conf.py", _served(host, v))


def worker_count(host: Host, v: Vars) -> int | None:
    """How many workers it begins with, as SIGTTIN and SIGTTOU can change it; None when it has other children, too."""
    if v.dirty_apps:
        return None
    said = said_in_file(host, v)
    if v.workers or "workers" not in said:
        return v.workers or _usual_workers(host)
    return said["workers"] if isinstance(said["workers"], int) else None


def answer_limit(host: Host, v: Vars) -> Limit | None:
    """How long a worker may take for an answer, where the inventory or the app's own file says so."""
    if v.timeout is not None:
        return Limit(v.timeout or math.inf, "gunicorn_timeout")
    said = said_in_file(host, v).get("timeout")
    return Limit(said or math.inf, f"timeout in {own_file(host, v)}") if isinstance(said, int) else None


def _usual_settings(host: Host, v: Vars) -> dict[str, Any]:
    """What holds unless the app, or the inventory, says otherwise."""
    usual = {
        "backlog": BACKLOG,
        "graceful_timeout": math.ceil(deployment_of(host).v.drain_timeout_s),
        "limit_request_line": FIELD_BYTES,
        "proc_name": deployment_of(host).app.name,
        "worker_class": worker_class(host, v),
        "workers": _usual_workers(host),
    }
    return usual | ({"workers": v.workers} if v.workers else {})


def _own_settings(host: Host, v: Vars) -> dict[str, Any]:
    deployment = deployment_of(host)
    place = deployment.place
    # It believes every unix socket; what the app is told is the module's affair.
    believed: dict[str, Any] = (
        {"secure_scheme_headers": {}, "forwarder_headers": ""} if _is_alone(host, v) else {}
    )
    own = {
        **believed,
        "wsgi_app": _served(host, v),
        "chdir": deployment.directory,
        "control_socket_disable": True,
    }
    return own if place.fd == FIRST_FD else {**own, "bind": _bind(place)}


def _sending_module(release: Release) -> Step:
    """The class of workers that are alive while they send, beside the module to serve."""
    text = Path(__file__).with_name("sending.py").read_text(encoding="utf-8")
    file = resources.File(f"{wsgi_directory(release)}/{SENDING}.py", text)
    return Step("write how workers send", file, phase=Phase.PREPARE)


def _is_alone(host: Host, v: Vars) -> bool:
    """Whether no proxy stands in front that gunicorn knows of, neither ours nor one whose address is given."""
    return deployment_of(host).is_reached_directly and v.forwarded_allow_ips is None


def _is_in_module(host: Host, v: Vars) -> bool:
    """Whether the app is served by way of a module: a worker class of others' may want more of it than a call."""
    if interface_served(host, v) == "asgi":
        return True
    if deployment_of(host).is_reached_directly:
        return _is_alone(host, v)
    return worker_class(host, v) in CALLING


def _usual_workers(host: Host) -> int:
    return 2 * deployment_of(host).facts.cpus + 1


def _served(host: Host, v: Vars) -> str:
    """What gunicorn calls: the app, or what stands before it in a module of ours."""
    if _is_in_module(host, v):
        return SERVED
    if deployment_of(host).v.prefix:
        raise VariableError(
            f"{host.name}: app_mount: with gunicorn_worker_class={worker_class(host, v)}, or with "
            "gunicorn_forwarded_allow_ips, gunicorn calls the app itself, and nobody tells it where it is; "
            "leave both out"
        )
    return str(deployment_of(host).project.callable)


def _bind(place: Place) -> str:
    """The socket that systemd does not hand over: gunicorn finds those by itself."""
    return f"unix:{place.socket}" if place.fd is None else f"fd://{place.fd}"


def _log_files(app: App, v: Vars) -> Iterator[str]:
    """The files that gunicorn logs to: the unit lets it write to the app's own log directory only."""
    for name in ("accesslog", "errorlog"):
        path = getattr(v, name)
        if path in (None, "-"):
            continue
        if posixpath.dirname(path) != app.logs:
            raise VariableError(
                f"gunicorn_{name}: {path!r}; expected - (the journal) or a file in {app.logs}"
            )
        yield path
