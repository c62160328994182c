"""The task that writes what a deploy would say to a file: payload."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.delivery.payload import write_payload
from deploytasks.errors import ConfigError
from deploytasks.fleet.applying import order_for
from deploytasks.planning.shared_services import SERVICES, server_of
from deploytasks.planning.standard import standard_roles

if TYPE_CHECKING:
    from deploytasks.cli.chosen import Chosen
    from deploytasks.inventory import Host


def make_payload(chosen: Chosen, out: str) -> int:
    """Write what a deploy would tell the chosen host to a file that can be run there."""
    if not out:
        raise ConfigError("payload needs --out FILE.pyz: where to write the program")
    if len(chosen.hosts) != 1:
        names = ", ".join(host.name for host in chosen.hosts)
        raise ConfigError(f"a payload is for one host, and --host means {names}; choose one of them")
    _require_own_services(chosen.hosts[0])
    manner = chosen.manner("payload", reporter=chosen.reporter())
    results, request, order = order_for(chosen.hosts[0], standard_roles, manner)
    if order:
        write_payload(Path(out), request._replace(command="deploy"), order.document, order.contents)
        print(f"{out} is for {chosen.hosts[0].name}; on it: sudo python3 {out} --check", file=sys.stderr)
    return results.exit_code


def _require_own_services(host: Host) -> None:
    """What a server hands over is asked of it at each deploy."""
    for service in SERVICES:
        if server := server_of(host, service):
            raise ConfigError(
                f"{host.name}: its {service} is on {server.name}, which hands its password over in a deploy; "
                "a payload goes to one host alone: inv deploy"
            )
