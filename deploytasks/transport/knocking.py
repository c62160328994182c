"""Whether a port of a host can be reached from here, as it can by visitors."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

from deploytasks.transport.route import route_to
from deploytasks.transport.sshconfig import SshConfig

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.transport.route import Route

PATIENCE_S = 3.0


def unreachable_at(host: Host, ssh_port: int, port: int) -> str:
    """Why nobody answers there; empty when somebody does, or when that cannot be known from here.

    It cannot on the way through another machine, and where the SSH port that was dialled is not *ssh_port*, the one
    that sshd has: then ports are mapped.
    """
    if host.connection.is_local or host.connection_object is not None:
        return ""
    route = route_to(host.connection, SshConfig.of_this_user())
    if not route.is_direct or route.port != ssh_port:
        return ""
    try:
        return _refusal(route, port)
    except OSError as error:
        return error.strerror or str(error)


def _refusal(route: Route, port: int) -> str:
    try:
        with socket.create_connection((route.address, port), PATIENCE_S) as connection:
            del connection
    except TimeoutError:
        return f"no answer from {route.address} within {PATIENCE_S:g} s"
    except ConnectionRefusedError:
        return "" if _is_here(route.address) else f"{route.address} refuses connections"
    return ""


def _is_here(address: str) -> bool:
    """Whether that is this machine's loopback, at which another port leads to the host."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
