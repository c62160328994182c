"""The roles that a host's own variables ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

from deploytasks.errors import VariableError
from deploytasks.planning.authoring import require_role
from deploytasks.planning.deployment import KINDS, module_of

if TYPE_CHECKING:
    from deploytasks.inventory import Host

NO_FIREWALL = ("firewall", "none")
SAYS_WHERE = frozenset({"postgres_host", "redis_host"})
"""The variables that name the host that has a service for others."""
SERVER = "server"
"""The role of the machine itself; any variable of its has it planned by ``inv setup``."""
CHOICES = ("server", "web_server", "runtime", "firewall")


def app_alone(host: Host) -> Sequence[Any]:
    """The role ``app``: enough to know where an app lives."""
    del host
    return [import_module("deploytasks.roles.app")]


def no_roles(host: Host) -> Sequence[Any]:
    """What is to be known of *host* where it is not about an app: nothing."""
    del host
    return []


def standard_roles(host: Host) -> Sequence[Any]:
    """``app`` with its server, web server, runtime, firewall and services, as *host*'s ``app_*`` variables choose them.

    Each is one of ours by its word, or a module by its dotted name; raises ``VariableError`` for one that cannot be
    imported, or is no role. A choice that does not exist is left to the check of ``app``'s variables, which says so.
    The host's own roles come after these; a part that one of them is, and no variable chooses, is that one. Raises
    ``PlanError`` for one that is no role.
    """
    for own in host.own_roles:
        require_role(own)
    (app,) = app_alone(host)
    taken = {
        f"app_{kind.variable}"
        for kind in KINDS
        if not host.says(f"app_{kind.variable}") and any(map(kind.is_a, host.own_roles))
    }
    chosen = [(variable, name) for variable, name in _chosen(app.Vars, host) if variable not in taken]
    roles = [app, *(_imported(host, variable, name) for variable, name in chosen), *host.own_roles]
    return [*dict.fromkeys(roles)]


def may_share(hosts: Sequence[Host]) -> bool:
    """Whether one of *hosts* may have a service for others, or several one each."""
    everybody = (one for host in hosts[:1] for one in (*host.neighbours.values(), *hosts))
    several = len(hosts) > 1 and any("app_services" in host.variables for host in hosts)
    return several or any(not SAYS_WHERE.isdisjoint(one.variables) for one in everybody)


def roles_of_server(host: Host) -> Sequence[Any]:
    """The services that *host* has for others, behind its firewall, and nothing of an app."""
    firewall = host.variables.get("app_firewall", "ufw")
    names = (*(() if firewall == "none" else (firewall,)), *served_by(host))
    return [_imported(host, f"{name}_host", name) for name in names]


def machine_roles(host: Host) -> Sequence[Any]:
    """The role ``server``, where *host* says what it wants of that; it comes before all others."""
    is_told = any(name.startswith(f"{SERVER}_") for name in host.variables)
    return [import_module(module_of(SERVER))] if is_told else []


def roles_of_setup(host: Host) -> Sequence[Any]:
    """As ``standard_roles``; where *host* has no app, and only the machine is to be made ready, none of an app.

    Then its firewall is set where it says anything of that, and the tasks file's own roles are there.
    """
    if "app_name" in host.variables or not machine_roles(host):
        return standard_roles(host)
    firewall = str(host.variables.get("app_firewall", "ufw"))
    is_told = any(name.startswith(f"{firewall}_") for name in host.variables)
    return [*([_imported(host, "app_firewall", firewall)] if is_told else []), *host.own_roles]


def served_by(host: Host) -> list[str]:
    """The services that *host* has for others."""
    if not may_share([host]):
        return []
    from deploytasks.planning.shared_services import shared_by

    return [*dict.fromkeys(shared.service for shared in shared_by(host) if shared.guests)]


def words_of_parts() -> tuple[str, ...]:
    """What our own roles are called: ``app``, ``server``, and all that the app's variables can choose."""
    app = import_module("deploytasks.roles.app")
    kinds = get_type_hints(app.Vars, include_extras=True)
    chosen = [word for name in CHOICES for word in _words(kinds[name])]
    services = _words(get_args(kinds["services"])[0])
    return tuple(dict.fromkeys(("app", SERVER, *chosen, *services)))


def _chosen(vars_type: Any, host: Host) -> Iterator[tuple[str, str]]:
    """The variable that chooses each, and what it says."""
    kinds = get_type_hints(vars_type, include_extras=True)
    defaults = {field.name: field.default for field in fields(vars_type)}
    for name in CHOICES:
        wanted = host.variables.get(f"app_{name}", defaults[name])
        found = str(wanted if _may_be(wanted, kinds[name]) else defaults[name])
        if (name, found) != NO_FIREWALL:
            yield f"app_{name}", found
    services = host.variables.get("app_services")
    given = (*(services if isinstance(services, list | tuple) else ()), *served_by(host))
    kind = get_args(kinds["services"])[0]
    ours = [name for name in _words(kind) if name in given]
    others = [str(name) for name in given if name not in ours and _may_be(name, kind)]
    yield from (("app_services", name) for name in (*ours, *others))


def _may_be(wanted: object, kind: Any) -> bool:
    """Whether *wanted* is a word that *kind* knows, or the dotted name of a module where it allows that."""
    parts = wanted.split(".") if isinstance(wanted, str) and get_origin(kind) is Annotated else ()
    return wanted in _words(kind) or (len(parts) > 1 and all(part.isidentifier() for part in parts))


def _words(kind: Any) -> tuple[str, ...]:
    if get_origin(kind) is Annotated:
        return next(tuple(rule.extra["words"]) for rule in kind.__metadata__)
    return get_args(kind)


def _imported(host: Host, variable: str, name: str) -> Any:
    """The role *name*; a module of somebody's own may fail in any way."""
    place = f"{host.origin(variable) or host.name}: {variable}: {name!r}"
    try:
        role = import_module(module_of(name))
    except Exception as error:
        told = str(error) if isinstance(error, ImportError) else f"{type(error).__name__}: {error}"
        raise VariableError(
            f"{place} cannot be imported: {told}; a module of your own lies beside tasks.py, or is installed here"
        ) from error
    lacks = [what for what in ("Vars", "steps") if not hasattr(role, what)]
    kind = next((kind for kind in KINDS if variable == f"app_{kind.variable}"), None)
    lacks += kind.lacking(role) if kind and not lacks else []
    if lacks:
        called = kind.called if kind else "role"
        raise VariableError(f"{place} is no {called}: it has no {', '.join(lacks)}")
    return role
