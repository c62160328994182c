"""Hosts that have a service for others: what they are for that comes first, and they tell the others what it takes.

A server makes a password and a certificate of its own. When its service is there it hands both over, and what the
others are told to be is made of them: no plan of theirs is sent before. One that has an app of its own then waits at a
gate, as hosts of a fleet do, until all begin with their releases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from deploytasks.agent.engine.events import Outcome
from deploytasks.agent.engine.phase import Phase
from deploytasks.errors import ConfigError, VariableError
from deploytasks.fleet.fleet import Fleet
from deploytasks.inventory import Origin, acquainted
from deploytasks.planning.shared_services import (
    SERVICES,
    require_one_each,
    server_of,
    serves_alone,
    shared_by,
)
from deploytasks.planning.standard import roles_of_server

if TYPE_CHECKING:
    from deploytasks.fleet.crew import Crew
    from deploytasks.fleet.order import Order
    from deploytasks.fleet.visit import Visit
    from deploytasks.inventory import Host
    from deploytasks.planning.role import Role
    from deploytasks.planning.shared_services import Shared

    RolesOf = Callable[[Host], Sequence[Role]]
    OrderOf = Callable[[Visit], Order]

HANDED = Origin("handed over", None, "service")


def with_servers(chosen: Iterable[Host], roles: RolesOf) -> tuple[list[Host], list[Host], RolesOf]:
    """Those of *chosen* that have an app, the servers that they need besides, and the roles of all of them.

    On such a server its services are all that is looked at. Raises ``VariableError`` where hosts of one app would each
    have a database, and for a server that there is not, or that cannot be reached.
    """
    hosts = [*chosen]
    require_one_each(hosts)
    known = acquainted(hosts)
    hosts = [known[host.name] for host in hosts]
    deployed = [host for host in hosts if not serves_alone(host)]
    needed = [server for host in deployed for server in _servers_of(host)]
    wanted = {host.name for host in (*hosts, *needed)} - {host.name for host in deployed}
    servers = [host for name, host in known.items() if name in wanted]
    for server in (*servers, *deployed):
        _require_reached(server)
        _require_end(server, ())
    return deployed, servers, lambda host: roles_of_server(host) if host.name in wanted else roles(host)


def servers_first(
    crew: Crew, fleets: list[Fleet], orders: Mapping[str, Order], order_of: OrderOf, *, checks: bool
) -> dict[str, Order]:
    """Have the servers of *crew* begin; what is left of *orders* is made anew of what they hand over.

    A server that waits at its gate for others is one of *fleets*, unless it *checks* alone.
    """
    serving = {visit: _handed_by(visit.host) for visit in crew.visits if visit.host.name in orders}
    begun = [visit for visit, handed in serving.items() if handed]
    if not checks:
        fleets += [Fleet((visit,)) for visit in begun if visit.host.deployment and _is_single(visit, fleets)]
    visits = {visit.host.name: visit for visit in crew.visits}
    left = dict(orders)
    try:
        while turn := [visit for visit in begun if _may_begin(visit.host, left)]:
            told = {
                visit.host.name: _asked_to_hand_over(
                    _told(visits, visit, left.pop(visit.host.name), order_of),
                    serving[visit],
                    waits=not checks,
                )
                for visit in turn
            }
            crew.each(_giving(told), turn)
        return {name: _told(visits, visits[name], order, order_of) for name, order in left.items()}
    except ConfigError:
        crew.each(lambda visit: visit.dismiss("held back, as no plan could be made of what was handed over"))
        raise


def _may_begin(server: Host, left: Mapping[str, Order]) -> bool:
    """Whether *server* has not begun, and those that it needs itself have."""
    return server.name in left and not any(other.name in left for other in _servers_of(server))


def _giving(orders: Mapping[str, Order]) -> Callable[[Visit], None]:
    return lambda visit: orders[visit.host.name].give_to(visit)


def _told(visits: Mapping[str, Visit], visit: Visit, order: Order, order_of: OrderOf) -> Order:
    """The order for *visit*, when its servers have told what it is made of; it is held back where one has not."""
    servers = [visits[name] for name in dict.fromkeys(server.name for server in _servers_of(visit.host))]
    silent = [server for server in servers if _has_come_to_nothing(server)]
    told = {name: value for server in servers for name, value in _told_by(server, visit.host)}
    if silent:
        visit.dismiss(f"held back, as {', '.join(server.host.name for server in silent)} failed")
    if silent or not told:
        return order
    visit.host = visit.host.with_variables(told, HANDED)
    return order_of(visit)


def _told_by(server: Visit, host: Host) -> Iterator[tuple[str, str]]:
    for shared in shared_by(server.host):
        if host.name in {user.name for user in shared.users}:
            yield from (
                (name, server.handed[path]) for name, path in shared.handed.items() if path in server.handed
            )


def _handed_by(host: Host) -> tuple[str, ...]:
    """The files of *host* that others are to have."""
    return tuple(path for shared in shared_by(host) if shared.guests for path in shared.handed.values())


def _asked_to_hand_over(order: Order, paths: Sequence[str], *, waits: bool) -> Order:
    """*order*, with a gate behind what is for others if it *waits*."""
    document: Mapping[str, Any] = {**order.document, "hands": [*paths]}
    if waits and document["plan"]["release"]:
        document = {**document, "gates": [Phase.PREPARE.value, *document.get("gates", ())]}
    return replace(order, document=document)


def _has_come_to_nothing(server: Visit) -> bool:
    """Whether it failed, or was held back itself, which is told as an error."""
    recap = server.recap
    return recap is not None and (recap.outcome not in (Outcome.OK, Outcome.CHANGED) or bool(recap.error))


def _is_single(visit: Visit, fleets: Iterable[Fleet]) -> bool:
    return not any(visit in fleet.visits for fleet in fleets)


def _servers_of(host: Host) -> list[Host]:
    return [server for service in SERVICES if (server := server_of(host, service))]


def _require_reached(server: Host) -> None:
    for shared in shared_by(server):
        _require_way(shared)


def _require_end(host: Host, before: tuple[str, ...]) -> None:
    """Two hosts that have something for each other would each wait for the other."""
    if host.name in before:
        names = " and ".join(before[before.index(host.name) :])
        raise VariableError(
            f"{names} would each wait for the other's service; let one of them have all of those that they share: "
            f"postgres_host={host.name} redis_host={host.name}"
        )
    for server in _servers_of(host):
        _require_end(server, (*before, host.name))


def _require_way(shared: Shared) -> None:
    if shared.guests:
        _ = shared.address, shared.sources
