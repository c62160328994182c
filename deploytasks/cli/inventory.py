"""The tasks that read the inventory alone; passwords are masked."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from deploytasks.agent.conversation.mask import MASK
from deploytasks.inventory import SECRET_VARIABLES
from deploytasks.planning.heard import heard
from deploytasks.report import one_document, tables

if TYPE_CHECKING:
    from deploytasks.cli.chosen import Chosen
    from deploytasks.inventory import Host

SECRET = frozenset({*SECRET_VARIABLES, "app_env"})


def show_hosts(chosen: Chosen) -> None:
    """The groups and their hosts, in the shape of ``ansible-inventory --list``."""
    document: dict[str, Any] = chosen.all.to_ansible(chosen.hosts)
    hostvars = document.get("_meta", {}).get("hostvars", {})
    for name, variables in hostvars.items():
        hostvars[name] = {key: _masked(key, value) for key, value in variables.items()}
    _show(chosen, document, tables.hosts)


def show_vars(chosen: Chosen) -> None:
    """Each host's variables with their origins."""
    _show(chosen, {host.name: _variables(heard(host)) for host in chosen.hosts}, tables.variables)


def _show(chosen: Chosen, document: dict[str, Any], table: Any) -> None:
    if chosen.json:
        print(one_document(document))
    else:
        tables.show(table(document), sys.stdout, os.environ)


def _variables(host: Host) -> dict[str, Any]:
    return {
        name: {"value": _masked(name, value), "origin": str(host.origin(name) or "")}
        for name, value in sorted(host.variables.items())
    }


def _masked(name: str, value: Any) -> Any:
    if name not in SECRET:
        return value
    return dict.fromkeys(value, MASK) if isinstance(value, dict) else MASK
