"""Where people reach an app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploytasks.errors import ConfigError
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import with_app
from deploytasks.planning.standard import standard_roles

if TYPE_CHECKING:
    from deploytasks.inventory import Host

LOOPBACK = ("127.", "localhost", "::1")
USUAL_PORTS = {"http": 80, "https": 443}


def url_of(host: Host) -> str:
    """The URL that *host*'s variables give its app; empty where they do not tell, or where they are wrong.

    A host that is reached by way of this machine's own addresses, as a container is, has another one there.
    """
    try:
        deployment = deployment_of(with_app(host, standard_roles(host)))
        front = deployment.front
    except ConfigError:
        return ""
    if not front.names and host.connection.address.startswith(LOOPBACK):
        return ""
    port = (front.ports or (deployment.v.port,))[-1]
    name = next((name for name in front.names if not name.startswith("*.")), host.connection.address)
    name = f"[{name}]" if ":" in name else name
    return f"{front.scheme}://{name}{'' if port == USUAL_PORTS[front.scheme] else f':{port}'}/"
