"""The roles that a host's own variables ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

from deploytasks.errors import VariableError
from deploytasks.planning.deployment import KINDS, module_of

if TYPE_CHECKING:
    from deploytasks.inventory import Host

NO_FIREWALL = ("firewall", "none")
CHOICES = ("server", "web_server", "runtime", "firewall")


def app_alone(host: Host) -> Sequence[Any]:
    """The role ``app``: enough to know where an app lives."""
    del host
    return [import_module("deploytasks.roles.app")]


def standard_roles(host: Host) -> Sequence[Any]:
    """``app`` with its server, web server, runtime, firewall and services, as *host*'s ``app_*`` variables choose them.

    Each is one of ours by its word, or a module by its dotted name; raises ``VariableError`` for one that cannot be
    imported. A choice that does not exist is left to the check of ``app``'s variables, which says so.
    """
    (app,) = app_alone(host)
    return [app, *(_imported(host, variable, name) for variable, name in _chosen(app.Vars, host))]


def with_own(host: Host, own: Sequence[Any]) -> Sequence[Any]:
    """The standard roles, and then *own* ones; a part that one of these is, and no variable chooses, is that one."""
    if not own:
        return standard_roles(host)
    taken = [
        kind for kind in KINDS if f"app_{kind.variable}" not in host.variables and any(map(kind.is_a, own))
    ]
    standard = [role for role in standard_roles(host) if not any(kind.is_a(role) for kind in taken)]
    return [*standard, *(role for role in own if role not in standard)]


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
    given = services if isinstance(services, list | tuple) else ()
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
    try:
        return import_module(module_of(name))
    except ImportError as error:
        place = host.origin(variable) or host.name
        raise VariableError(
            f"{place}: {variable}: {name!r} cannot be imported: {error}; a module of your own lies beside tasks.py, "
            "or is installed here"
        ) from error
