"""gunicorn as the app's server: its settings, its command line, what has to be installed for it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deploytasks.errors import PlanError, VariableError
from deploytasks.plan import Phase, Step
from deploytasks.resources import File
from deploytasks.roles.gunicorn.settings import MANAGED, Vars
from deploytasks.template import Templates

if TYPE_CHECKING:
    from deploytasks.agent.app import App, Release
    from deploytasks.agent.facts import Facts
    from deploytasks.inventory import Host
    from deploytasks.project import Project

template = Templates(beside=__file__)

protocol = "http"
"""What it speaks on its socket."""

managed = MANAGED

EXTRAS = {"gevent": "gevent", "eventlet": "eventlet", "tornado": "tornado"}
"""Worker classes that want a package of their own."""


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The configuration, in the release, so that a rollback brings it back with the code."""
    if not (host.app and host.project and host.release and host.facts):
        raise PlanError(f"{host.name}: the role gunicorn serves an app; put the role app before it")
    settings = {**_own_settings(host.app, host.project, host.release, host.facts), **v.settings()}
    text = template("gunicorn.conf.py.j2", settings=settings)
    yield Step("configure gunicorn", File(f"{host.release.path}/gunicorn.conf.py", text), phase=Phase.PREPARE)
    files = tuple(_log_files(host.app, v))
    if files:
        rotation = template("logrotate.j2", app=host.app, files=files)
        yield Step("rotate the logs", File(f"/etc/logrotate.d/{host.app.name}", rotation))


def packages(v: Vars) -> tuple[str, ...]:
    """What pip installs for it besides the app's own requirements."""
    extra = EXTRAS.get(v.worker_class)
    return v.packages or ("gunicorn", *((extra,) if extra else ()))


def command(host: Host, v: Vars) -> tuple[str, ...]:
    """The command line of the web process."""
    del v
    if not host.release:
        raise PlanError(f"{host.name}: gunicorn has no release to serve")
    path = host.release.path
    return (f"{path}/venv/bin/gunicorn", "--config", f"{path}/gunicorn.conf.py")


def _own_settings(app: App, project: Project, release: Release, facts: Facts) -> dict[str, Any]:
    ref = project.callable
    return {
        "wsgi_app": str(ref),
        "chdir": posixpath.normpath(f"{release.code}/{ref.directory}"),
        "workers": 2 * facts.cpus + 1,
        "proc_name": app.name,
        "control_socket_disable": True,
    }


def _log_files(app: App, v: Vars) -> Iterator[str]:
    """The files that gunicorn logs to: the unit lets it write to the app's own log directory only."""
    for name in ("accesslog", "errorlog"):
        path = getattr(v, name)
        if path in (None, "-"):
            continue
        if posixpath.dirname(path) != f"/var/log/{app.name}":
            raise VariableError(
                f"gunicorn_{name}: {path!r}; expected - (the journal) or a file in /var/log/{app.name}"
            )
        yield path
