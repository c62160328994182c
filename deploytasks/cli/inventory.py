"""The tasks that read the inventory alone; secrets are masked."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import TYPE_CHECKING, Any

from deploytasks.agent.conversation.mask import MASK
from deploytasks.errors import ConfigError, InventoryError
from deploytasks.inventory import SECRET_VARIABLES
from deploytasks.inventory.connection import KNOWN
from deploytasks.inventory.variable_name import is_secret, names_a_secret
from deploytasks.planning.heard import heard
from deploytasks.planning.role import variable_name
from deploytasks.planning.standard import standard_roles
from deploytasks.report import one_document, tables

if TYPE_CHECKING:
    from deploytasks.cli.chosen import Chosen
    from deploytasks.inventory import Host


def show_hosts(chosen: Chosen) -> None:
    """The groups and their hosts, in the shape of ``ansible-inventory --list``."""
    document: dict[str, Any] = chosen.all.to_ansible(chosen.named)
    for host in chosen.named:
        if host.variables:
            document["_meta"]["hostvars"][host.name] = _written(host)
    _show(chosen, document, tables.hosts)


def show_vars(chosen: Chosen) -> None:
    """Each host's variables with their origins."""
    _show(chosen, {host.name: _variables(heard(host)) for host in chosen.named}, tables.variables)


def _show(chosen: Chosen, document: dict[str, Any], table: Any) -> None:
    if chosen.json:
        print(one_document(document))
    else:
        tables.show(table(document), sys.stdout, os.environ)


def _variables(host: Host) -> dict[str, Any]:
    known = _known_to_roles(host)
    return {name: _told(host, name, known) for name in sorted(host.variables)}


def _told(host: Host, name: str, known: Mapping[str, Field[Any]]) -> dict[str, Any]:
    """What *name* means and where it stands; one that means nothing is told as it is written, with what is wrong."""
    setting = host.settings[name]
    told = {"value": _shown(setting.value, hidden=_is_hidden(name, known)), "origin": str(setting.origin)}
    try:
        hidden = _is_hidden(name, known) or host.hides(name)
        return {**told, "value": _shown(host.variables[name], hidden=hidden)}
    except InventoryError as error:
        return {**told, "error": str(error)}


def _written(host: Host) -> dict[str, Any]:
    """The variables of *host* as they are written, without those values that are secret."""
    known = _known_to_roles(host)
    return {
        name: _shown(setting.value, hidden=_is_hidden(name, known) or setting.is_secret)
        for name, setting in host.settings.items()
    }


def _shown(value: Any, *, hidden: bool) -> Any:
    return _hidden(value) if hidden else _without_secrets(value)


def _is_hidden(name: str, known: Mapping[str, Field[Any]]) -> bool:
    if name in known:
        return known[name].metadata.get("secret") is True or names_a_secret(name)
    return is_secret(name) and (name in SECRET_VARIABLES or name not in KNOWN)


def _known_to_roles(host: Host) -> dict[str, Field[Any]]:
    """The variables that *host*'s roles have, as far as these are known."""
    try:
        roles = standard_roles(host)
    except ConfigError:
        return {}
    return {variable_name(role, field): field for role in roles for field in fields(role.Vars)}


def _hidden(value: Any) -> Any:
    return dict.fromkeys(value, MASK) if isinstance(value, Mapping) else MASK


def _without_secrets(value: Any) -> Any:
    """*value* without what looks secret in it."""
    if isinstance(value, Mapping):
        return {key: MASK if is_secret(key) else _without_secrets(item) for key, item in value.items()}
    return [_without_secrets(item) for item in value] if isinstance(value, list | tuple) else value
