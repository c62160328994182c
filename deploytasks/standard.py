"""The roles that a host's own variables ask for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from deploytasks.role import vars_of

if TYPE_CHECKING:
    from deploytasks.inventory import Host


def app_alone(host: Host) -> Sequence[Any]:
    """The role ``app``: enough to know where an app lives."""
    del host
    return [import_module("deploytasks.roles.app")]


def standard_roles(host: Host) -> Sequence[Any]:
    """``app`` with the server, the web server and the firewall that *host*'s ``app_*`` variables choose."""
    (app,) = app_alone(host)
    v = vars_of(app, host)
    chosen = [name for name in (v.server, v.web_server, v.firewall) if name != "none"]
    return [app, *(import_module(f"deploytasks.roles.{name}") for name in chosen)]
