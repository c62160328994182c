"""Services that one host has for several: which host that is, whose app it serves, and how they reach each other.

``postgres_host=db1`` says that the service ``postgres`` of a host's app is on the host db1 of its inventory. That one
has no app of its own, or any.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Any

from deploytasks.agent.frozen import frozen
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import module_of
from deploytasks.planning.role import vars_of
from deploytasks.spelling import did_you_mean

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.inventory import Host

SERVICES = ("postgres", "redis")
"""Those that a host can have for others."""
ADDRESS = "app_address"


@frozen
class Shared:
    """The *service* that *server* has for *users*, the hosts of one *app*; *v* are the variables of its role there."""

    service: str
    server: Host
    users: tuple[Host, ...]
    app: App
    v: Any

    @property
    def guests(self) -> tuple[Host, ...]:
        """The users that come from elsewhere."""
        return tuple(user for user in self.users if user.name != self.server.name)

    @property
    def address(self) -> str:
        """How they reach the server."""
        return address_of(self.server)

    @property
    def sources(self) -> tuple[str, ...]:
        """The addresses that they come from."""
        return tuple(sorted({str(_number_of(guest)) for guest in self.guests}))

    @property
    def has_firewall(self) -> bool:
        """Whether the server's firewall is ours to open."""
        return self.server.variables.get("app_firewall", "ufw") != "none"

    @property
    def handed(self) -> Mapping[str, str]:
        """What the guests are told: variables of the service, and the files of the server that hold their values."""
        told: Mapping[str, str] = import_module(module_of(self.service)).handed(self.app)
        return {f"{self.service}_{name}": path for name, path in told.items()}


def server_of(host: Host, service: str) -> Host | None:
    """The host that has *service* for *host*'s app; None where it has its own.

    Raises ``VariableError`` for a name that the inventory does not have.
    """
    named = host.variables.get(f"{service}_host")
    if not named or not _uses(host, service) or named == host.name:
        return None
    found = host.neighbours.get(str(named))
    if found is None:
        raise VariableError(
            f"{host.origin(f'{service}_host') or host.name}: {service}_host: {named!r} is no host of the inventory"
            f"{did_you_mean(str(named), list(host.neighbours))}; it is the one that has {service} for the others"
        )
    return found


def shared_by(server: Host) -> tuple[Shared, ...]:
    """The services of which the inventory says that *server* has them, for each app; it may have no guests."""
    return tuple(_shared(server)) if server.neighbours else ()


def serves_alone(host: Host) -> bool:
    """Whether *host* has a service for others, and no app of its own."""
    return "app_name" not in host.variables and bool(shared_by(host))


def address_of(host: Host) -> str:
    """How the app's other hosts reach *host*: ``app_address``, else the address at which we do.

    Raises ``VariableError`` for one that leads from a host to itself, or nowhere.
    """
    _number_of(host)
    return _said_address(host)


def require_one_each(hosts: Sequence[Host]) -> None:
    """Raise ``VariableError`` where several of *hosts* would each have a database for one app, and none says so."""
    problems = [problem for service in SERVICES for problem in _scattered(hosts, service)]
    if problems:
        raise VariableError("\n".join(problems))


def _scattered(hosts: Iterable[Host], service: str) -> Iterator[str]:
    of_app: dict[str, list[Host]] = {}
    for host in hosts:
        if _uses(host, service) and not host.variables.get(f"{service}_host"):
            of_app.setdefault(str(host.variables.get("app_name")), []).append(host)
    for app, found in of_app.items():
        if len(found) > 1:
            names = ", ".join(host.name for host in found)
            yield (
                f"{found[0].origin('app_services') or found[0].name}: app_services: {names} would each have a "
                f"{service} of its own for {app}, and none knows what the others keep; write {service}_host="
                f"{found[0].name}, or the name of another host of the inventory, for all of them; "
                f"where that is meant, write for each its own name"
            )


def _uses(host: Host, service: str) -> bool:
    wanted = host.variables.get("app_services")
    return "app_name" in host.variables and isinstance(wanted, list | tuple) and service in wanted


def _shared(server: Host) -> Iterator[Shared]:
    for service in SERVICES:
        of_app: dict[str, list[Host]] = {}
        for user in server.neighbours.values():
            if _uses(user, service) and user.variables.get(f"{service}_host") == server.name:
                of_app.setdefault(str(user.variables["app_name"]), []).append(user)
        for users in of_app.values():
            yield _of_app(service, server, users)


def _of_app(service: str, server: Host, users: Sequence[Host]) -> Shared:
    """As the first of *users* has it; raises ``VariableError`` where another wants something else."""
    role, app_role = import_module(module_of(service)), import_module("deploytasks.roles.app")
    first, v = users[0], vars_of(app_role, users[0])
    wanted = {user.name: _wanted(user, service) for user in users}
    differs = next((name for name, one in wanted.items() if one != wanted[first.name]), None)
    if differs:
        names = sorted(
            {name for one in (differs, first.name) for name in wanted[one]}
            - {name for name, value in wanted[differs].items() if wanted[first.name].get(name) == value}
        )
        raise VariableError(
            f"{differs}: {', '.join(names)} differs from that of {first.name}, and both use the {service} of "
            f"{server.name}; say it once, in a group"
        )
    return Shared(service, server, tuple(users), _app(v), vars_of(role, first))


def _wanted(user: Host, service: str) -> dict[str, object]:
    return {name: user.variables[name] for name in user.variables if name.startswith(f"{service}_")}


def _app(v: Any) -> App:
    from deploytasks.agent.release.layout import App

    return App(v.name, v.directory, v.account)


def _said_address(host: Host) -> str:
    return str(host.variables.get(ADDRESS) or host.connection.address)


def _number_of(host: Host) -> IPv4Address | IPv6Address:
    """The address in numbers; a name is looked up."""
    said = _said_address(host)
    place = host.origin(ADDRESS) or host.name
    try:
        found = ip_address(said)
    except ValueError:
        try:
            found = ip_address(str(socket.getaddrinfo(said, None, type=socket.SOCK_STREAM)[0][4][0]))
        except OSError:
            raise VariableError(
                f"{place}: {said!r} leads nowhere, and other hosts are to reach {host.name} there; set {ADDRESS} for it"
            ) from None
    if found.is_loopback or found.is_unspecified:
        raise VariableError(
            f"{place}: {said} leads each host to itself, and other hosts are to reach {host.name}; "
            f"set {ADDRESS} for it, to its address in their network"
        )
    return found
