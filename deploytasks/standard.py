"""The roles that a host's own variables ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from importlib import import_module
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

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

    A choice that does not exist is left to the check of ``app``'s variables, which says so.
    """
    (app,) = app_alone(host)
    return [app, *(import_module(f"deploytasks.roles.{name}") for name in _chosen(app.Vars, host))]


def _chosen(vars_type: Any, host: Host) -> Iterator[str]:
    allowed = {name: get_args(kind) for name, kind in get_type_hints(vars_type).items()}
    defaults = {field.name: field.default for field in fields(vars_type)}
    for name in CHOICES:
        wanted = host.variables.get(f"app_{name}", defaults[name])
        found = str(wanted if wanted in allowed[name] else defaults[name])
        if (name, found) != NO_FIREWALL:
            yield found
    services = host.variables.get("app_services")
    known = get_args(allowed["services"][0])
    yield from (name for name in known if isinstance(services, list | tuple) and name in services)
