"""Apache with mod_wsgi as the app's server: an own Apache per release, in daemon mode, as the app's user.

Apache takes connections on a TCP port only, so each instance has a loopback address of its own, and a
bridge (systemd-socket-proxyd(8)) leads the instance's socket there; ``instance.py`` runs both.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.limits import Limit
from deploytasks.planning.parts import HTTP
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app.asgi import MODULE
from deploytasks.roles.app.wsgi import wsgi_directory, wsgi_module
from deploytasks.roles.mod_wsgi.settings import MANAGED, Vars

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import Release
    from deploytasks.inventory import Host

protocols = (HTTP,)
interfaces = ("wsgi",)
says_ready = False

managed = MANAGED

template = Templates(beside=__file__)

COMPILER = ("apache2-dev", "gcc", "libc6-dev", "python3-dev")
"""What pip's mod_wsgi is built with; python3-dev is for the distribution's Python."""
PORTS = range(10_000, 32_768)
"""Below the kernel's ip_local_port_range."""


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """Apache's module, and the instance's files in the release, so that a rollback brings them back with the code."""
    release = deployment_of(host).release
    _require_network(host)
    if v.module == "pip":
        yield Step("install mod_wsgi's build tools", resources.Package(("apache2-bin", *COMPILER)))
    else:
        _require_python(host)
        yield Step("install mod_wsgi", resources.Package("libapache2-mod-wsgi-py3"))
    yield from wsgi_module(host)
    for name, text in _files(host, v).items():
        yield Step(f"write {name}", resources.File(f"{release.path}/{name}", text), phase=Phase.PREPARE)


def packages(host: Host, v: Vars) -> tuple[str, ...]:
    """What pip installs for it besides the app's own requirements: nothing where Debian's module serves."""
    del host
    return (v.packages or ("mod_wsgi",)) if v.module == "pip" else ()


def command(host: Host, v: Vars) -> tuple[str, ...]:
    """The command line of the web process: both Apache and the bridge."""
    place = deployment_of(host).place
    if place.fd is None:
        raise VariableError(
            f"{host.name}: app_server=mod_wsgi takes its connections from a socket that is handed to it, "
            f"and app_runtime={deployment_of(host).name_of('runtime')} hands none; choose another of the two"
        )
    module = "/usr/lib/apache2/modules/mod_wsgi.so"
    if v.module == "pip":
        module = f"{place.venv}/lib/python3.*/site-packages/mod_wsgi/server/mod_wsgi-*.so"
    instance = (place.program("python"), "-I", f"{place.path}/instance.py", f"{place.path}/httpd.conf")
    return (*instance, module, *address(deployment_of(host).release), str(place.fd))


def answer_limit(host: Host, v: Vars) -> Limit:
    """How long the app may take for an answer: its Apache waits, too."""
    shorter = min(v.request_timeout or v.timeout, v.timeout)
    said = [name for name in ("mod_wsgi_timeout", "mod_wsgi_request_timeout") if host.says(name)]
    return Limit(shorter, " and ".join(said))


def address(release: Release) -> tuple[str, str]:
    """A loopback address and a port that follow from the names of app and release: no two instances share them."""
    number = int.from_bytes(hashlib.sha256(release.socket.encode()).digest()[:8], "big")
    number, port = divmod(number, len(PORTS))
    first, second, third = number % 254 + 1, number // 254 % 256, number // 254 // 256 % 254 + 1
    return f"127.{first}.{second}.{third}", str(PORTS[port])


def _files(host: Host, v: Vars) -> dict[str, str]:
    deployment = deployment_of(host)
    app, release, project, facts = deployment.app, deployment.release, deployment.project, deployment.facts
    place = deployment.place
    code = posixpath.normpath(f"{place.code}/{project.callable.directory}")
    processes = v.processes or facts.cpus
    workers = v.max_request_workers or 2 * processes * v.threads
    daemon = v.daemon_options(processes)
    values = {"app": app, "v": v, "place": place, "address": address(release), "code": code}
    values |= {
        "paths": [*dict.fromkeys((wsgi_directory(place), code, *deployment.imports))],
        "workers": workers,
        "daemon": daemon,
    }
    return {
        "application.py": template("application.py.j2", module=MODULE),
        "httpd.conf": template("httpd.conf.j2", **values),
        "instance.py": Path(__file__).with_name("instance.py").read_text(encoding="utf-8"),
    }


def _require_python(host: Host) -> None:
    python, own = deployment_of(host).v.python, deployment_of(host).facts.python_version[:2]
    version = ".".join(map(str, own))
    names = {"python3", version, f"python{version}"}
    if python.removeprefix("/usr/bin/") not in names:
        raise VariableError(
            f"{host.name}: app_python={python}: Debian's mod_wsgi is built for the distribution's Python "
            f"{version} and no other; leave app_python out, or set mod_wsgi_module=pip"
        )


def _require_network(host: Host) -> None:
    if deployment_of(host).v.network == "none":
        raise VariableError(
            f"{host.name}: app_network=none leaves unix sockets only, and Apache listens on TCP ports only; "
            "choose another app_server than mod_wsgi"
        )
