"""No web server: people reach the app's own server on a TCP port, ``app_port``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.agent.frozen import frozen
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.parts import HTTP, Front
from deploytasks.planning.plan import Handler, Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app.proxies import networks_of

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.inventory import Host

template = Templates(beside=__file__)

protocols = frozenset({HTTP})

UNITS = "/etc/systemd/system"
PROGRAM = "/usr/local/sbin/deploytasks-front"


@frozen
class Vars:
    """No variables: the port is ``app_port``, and who may come with it ``app_trusted_proxies``."""


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """A TCP port whose connections go to the serving release, whichever that is at the moment."""
    app = deployment_of(host).app
    port, trusted = deployment_of(host).v.port, front(host, v).trusted
    socket, service = _units(app)
    change = Handler("reopen the app's port", resources.Restart(socket))
    if trusted:
        program = Path(__file__).with_name("gatekeeper.py").read_text(encoding="utf-8")
        yield Step(
            "write the program that lets proxies in", resources.File(PROGRAM, program), phase=Phase.START
        )
    leads = resources.Unit(service, template("front.service.j2", app=app, program=PROGRAM, trusted=trusted))
    listens = resources.Unit(socket, template("front.socket.j2", app=app, port=port))
    yield Step("define the service behind the app's port", leads, notify=change, phase=Phase.START)
    yield Step("define the app's port", listens, notify=change, phase=Phase.START)
    yield Step(f"listen on port {port}", resources.Service(socket), phase=Phase.START)


def front(host: Host, v: Vars) -> Front:
    """Any name; the port stays shut until somebody opens it (``inv allow``, ``ufw_allow``)."""
    del v
    return Front(trusted=networks_of(deployment_of(host).v.trusted_proxies))


def withdraw(app: App) -> Iterator[Step]:
    """The port is closed."""
    socket, service = _units(app)
    path = f"{UNITS}/{socket}"
    close = Handler("close the app's port", resources.RunIfUsed(socket, (path,)))
    yield Step("remove the app's port", resources.AbsentManaged(path, (f"{UNITS}/{service}",)), notify=close)


def _units(app: App) -> tuple[str, str]:
    """The socket unit and the service that it starts."""
    return f"{app.name}-front.socket", f"{app.name}-front.service"
