"""The tasks that read the inventory alone; secrets are masked."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields
from typing import TYPE_CHECKING, Any

from deploytasks.agent.conversation.mask import MASK
from deploytasks.errors import ConfigError, InventoryError
from deploytasks.inventory import SECRET_VARIABLES
from deploytasks.inventory.connection import KNOWN
from deploytasks.inventory.place import Place
from deploytasks.inventory.variable_name import is_secret, names_a_secret
from deploytasks.inventory.variables import Variables
from deploytasks.planning.heard import heard
from deploytasks.planning.role import variable_name
from deploytasks.planning.standard import standard_roles
from deploytasks.report import one_document, tables
from deploytasks.spelling import did_you_mean

if TYPE_CHECKING:
    from deploytasks.cli.chosen import Chosen
    from deploytasks.inventory import Host, Origin


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


def show_graph(chosen: Chosen) -> None:
    """The groups and hosts as ``ansible-inventory --graph`` draws them."""
    for line in _graph(chosen.all.to_ansible(chosen.named), "all", 0):
        print(line)


def explain_variable(chosen: Chosen, name: str) -> None:
    """Each place that sets the variable *name*, the one that counts last, and what its value is made of."""
    told = {host.name: list(_explained(heard(host), name)) for host in chosen.named}
    if not any(told.values()):
        known = {name for host in chosen.named for name in host.variables}
        raise InventoryError(
            f"{name} is set nowhere{did_you_mean(name, known) or '; inv vars shows what is set'}"
        )
    _show(chosen, told, tables.places)


def _explained(host: Host, name: str) -> Iterator[dict[str, Any]]:
    if name not in host.variables:
        return
    known, last = _known_to_roles(host), host.settings[name]
    places = host.landscape.places_of(host.name, name) if host.landscape else []
    for setting in (*(place for place in places if place.origin != last.origin), last):
        hidden = _is_hidden(name, known) or setting.is_secret
        yield _place(name, _shown(setting.value, hidden=hidden), setting.origin)
    if isinstance(host.variables, Variables):
        for part in dict.fromkeys(_parts(host.variables, name)):
            yield {"made_of": part.name, "host": part.host, "origin": str(part.origin)}
    if not last.is_plain:
        yield {"name": name, **_told(host, name, known), "level": "is"}


def _parts(variables: Variables, name: str) -> tuple[Place, ...]:
    """What *name* is made of; of one that means nothing, nothing is known."""
    try:
        return variables.worked_out(name).made_of
    except InventoryError:
        return ()


def _place(name: str, value: Any, origin: Origin) -> dict[str, Any]:
    return {"name": name, "value": value, "origin": str(origin), "level": origin.level}


def _graph(document: Mapping[str, Any], group: str, depth: int) -> Iterator[str]:
    yield _branch(f"@{group}:", depth)
    said = document.get(group, {})
    for child in said.get("children", ()):
        yield from _graph(document, child, depth + 1)
    for host in said.get("hosts", ()):
        yield _branch(host, depth + 1)


def _branch(name: str, depth: int) -> str:
    return "  |" * depth + f"--{name}" if depth else name


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
