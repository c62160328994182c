"""No web server: people reach the app's own server on a TCP port, ``app_port``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploytasks.plan import Step
from deploytasks.resources import Service, Unit
from deploytasks.roles.app.parts import HTTP, Front, known, parts_of
from deploytasks.template import Templates

if TYPE_CHECKING:
    from deploytasks.inventory import Host

template = Templates(beside=__file__)

protocols = frozenset({HTTP})


@dataclass(frozen=True)
class Vars:
    """No variables: the port is ``app_port``."""


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """A TCP port whose connections go to the serving release, whichever that is at the moment."""
    del v
    app = known(host)[0]
    port = parts_of(host).v.port
    socket, service = f"{app.name}-front.socket", f"{app.name}-front.service"
    yield Step("define the port's service", Unit(service, template("front.service.j2", app=app)))
    yield Step("define the port", Unit(socket, template("front.socket.j2", app=app, port=port)))
    yield Step(f"listen on port {port}", Service(socket))


def front(host: Host, v: Vars) -> Front:
    """Any name; the port stays shut until somebody opens it (``inv allow``, ``ufw_allow``)."""
    del host, v
    return Front()
