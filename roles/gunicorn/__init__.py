"""gunicorn as the app's server: its settings, its command line, what has to be installed for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deploytasks.errors import PlanError
from deploytasks.plan import Phase, Step
from deploytasks.resources import Directory, File
from deploytasks.roles.gunicorn.settings import MANAGED, Vars
from deploytasks.template import Templates

if TYPE_CHECKING:
    from deploytasks.inventory import Host

template = Templates(beside=__file__)

protocol = "http"
"""What it speaks on its socket."""

managed = MANAGED

EXTRAS = {"gevent": "gevent", "eventlet": "eventlet", "tornado": "tornado"}
"""Worker classes that want a package of their own."""


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The configuration, in the release, so that a rollback brings it back with the code."""
    if not (host.release and host.app and host.facts):
        raise PlanError(f"{host.name}: the role gunicorn serves an app; put the role app before it")
    text = template("gunicorn.conf.py.j2", settings=_settings(host, v))
    yield Step("configure gunicorn", File(f"{host.release.path}/gunicorn.conf.py", text), phase=Phase.PREPARE)
    for directory in sorted({_directory(path) for path in (v.accesslog, v.errorlog) if _is_file(path)}):
        yield Step(f"make {directory}", Directory(directory, owner=host.app.user, group=host.app.user))
    if any(map(_is_file, (v.accesslog, v.errorlog))):
        rotation = template("logrotate.j2", app=host.app, files=[p for p in (v.accesslog, v.errorlog) if _is_file(p)])
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


def _settings(host: Host, v: Vars) -> dict[str, Any]:
    assert host.project and host.release and host.facts
    ref = host.project.callable
    own = {
        "wsgi_app": str(ref),
        "chdir": f"{host.release.code}/{ref.directory}".rstrip("/.").rstrip("/"),
        "workers": 2 * host.facts.cpus + 1,
        "proc_name": host.app.name if host.app else "app",
        "control_socket_disable": True,
    }
    return {**own, **v.settings()}


def _is_file(path: str | None) -> bool:
    return bool(path) and path != "-"


def _directory(path: str | None) -> str:
    return (path or "").rpartition("/")[0]
