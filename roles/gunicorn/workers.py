"""gunicorn's worker classes: what they can serve, and which of them an app gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of
from deploytasks.roles.gunicorn.own_file import said_in_file

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.project import Project
    from deploytasks.roles.gunicorn.settings import Vars

WITH_ASGI = (3, 10)
"""For older Pythons there is only a gunicorn that may lack the worker class ``asgi``."""
OWN_ASGI = "asgi"
"""It tells what an app raises before its answer is complete, and no more."""
UVICORN = "uvicorn_worker.UvicornWorker"
PINNED = 'gunicorn_packages=["gunicorn<26", "eventlet"]'


@frozen
class Worker:
    """A worker class serves apps of *interface* and wants *packages* installed."""

    interface: str
    packages: tuple[str, ...] = ()


_GEVENT = Worker("wsgi", ("gevent", "packaging"))
_OF_UVICORN_WORKER = Worker("asgi", ("uvicorn-worker",))
_OF_UVICORN = Worker("asgi", ("uvicorn",))


WORKERS = {
    "sync": Worker("wsgi"),
    "gthread": Worker("wsgi"),
    "gevent": _GEVENT,
    "gevent_wsgi": _GEVENT,
    "gevent_pywsgi": _GEVENT,
    "eventlet": Worker("wsgi", ("eventlet",)),
    "tornado": Worker("wsgi", ("tornado",)),
    OWN_ASGI: Worker("asgi"),
    UVICORN: _OF_UVICORN_WORKER,
    "uvicorn_worker.UvicornH11Worker": _OF_UVICORN_WORKER,
    "uvicorn.workers.UvicornWorker": _OF_UVICORN,
    "uvicorn.workers.UvicornH11Worker": _OF_UVICORN,
}
"""Those of gunicorn 27, eventlet, which went with gunicorn 26, and uvicorn's; any other is taken at its word."""
CALLING = frozenset(name for name, worker in WORKERS.items() if worker.interface == "wsgi") - {"tornado"}
"""Those that do nothing with an app but call it (PEP 3333); tornado's takes one of its own as well."""


def worker_class(host: Host, v: Vars) -> str:
    """The worker class that is set, or the one that fits; raises ``VariableError`` when it cannot serve the app."""
    project = deployment_of(host).project
    ref = project.callable
    wanted = v.worker_class or _in_own_file(host, v)
    if not wanted:
        return "sync" if ref.interface == "wsgi" else _for_asgi(host, v)
    worker = WORKERS.get(wanted)
    if worker and _contradicts(worker, project):
        fitting = ", ".join(name for name, other in WORKERS.items() if other.interface == ref.interface)
        raise VariableError(
            f"{host.name}: gunicorn_worker_class={wanted} serves {worker.interface.upper()} and {ref} is "
            f"{ref.interface.upper()}; leave it out, or take one of {fitting}"
        )
    if wanted == "eventlet" and _is_the_newest(host, v):
        raise VariableError(
            f"{host.name}: gunicorn_worker_class=eventlet is no longer in gunicorn, since 26; use gevent or gthread, "
            f"or an older gunicorn: {PINNED}"
        )
    return wanted


def _in_own_file(host: Host, v: Vars) -> str:
    """The worker class that the app's own file names; empty where it names none, or computes it."""
    said = said_in_file(host, v).get("worker_class")
    return said if isinstance(said, str) else ""


def interface_served(host: Host, v: Vars) -> str:
    """What the workers call the app by: ``wsgi`` or ``asgi``."""
    worker = WORKERS.get(worker_class(host, v))
    return worker.interface if worker else deployment_of(host).project.callable.interface


def _for_asgi(host: Host, v: Vars) -> str:
    """The one of gunicorn, where that is certain to have it."""
    deployment = deployment_of(host)
    project, facts = deployment.project, deployment.facts
    own = _is_the_newest(host, v) and facts.python_version >= WITH_ASGI
    return OWN_ASGI if v.packages or (own and "uvicorn-worker" not in project.requirements.names) else UVICORN


def _is_the_newest(host: Host, v: Vars) -> bool:
    """Whether nobody says which gunicorn it has to be."""
    return not v.packages and "gunicorn" not in deployment_of(host).project.requirements.names


def _contradicts(worker: Worker, project: Project) -> bool:
    """Whether the source shows an app that the worker cannot call; a source that shows none may hold either."""
    ref = project.callable
    shown = ref.interface == "asgi" or ref.framework != "wsgi"
    return shown and worker.interface != ref.interface
