"""Roles: modules that turn a host into steps, and their variables, taken from the inventory.

A role is any importable module with a frozen dataclass ``Vars`` and ``steps(host, v)``. The
variable ``NAME`` of the module ``ROLE`` is ``ROLE_NAME`` in the inventory; a field whose metadata
says ``variable`` has that name instead. One whose metadata says ``secret`` is masked everywhere; with
``"login"`` for its value, only the password in that URL is; with ``"file"``, the values in that file are. What the
field that it calls ``plain`` names is not.
"""

from __future__ import annotations

import dataclasses
import json
import re
import typing
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, reduce
from operator import or_
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Protocol, Union, get_args, get_origin
from urllib.parse import urlsplit

from deploytasks.agent.regex import regex
from deploytasks.errors import VariableError
from deploytasks.planning.env_file import read_env_file
from deploytasks.secrets import reference_in
from deploytasks.spelling import did_you_mean

if TYPE_CHECKING:
    from deploytasks.agent.engine.plan import Step
    from deploytasks.inventory import Host


LOGIN = regex(r"[a-z][a-z0-9+.-]*://[^/@]*:[^/@]+@", re.IGNORECASE)
"""A URL with a password (RFC 3986, section 3.2.1)."""
WORDS = {
    "Expected": "expected",
    "Invalid": "invalid",
    " | null": "",
    "`int`": "a whole number",
    "`float`": "a number",
    "`str`": "text",
    "`bool`": "True or False",
    "`array`": "a list",
    "`object`": "a mapping",
    "`null`": "nothing",
}
"""msgspec's words and those of an inventory's author."""


class Role(Protocol):
    """The shape of a role's module."""

    __name__: str
    Vars: Any

    def steps(self, host: Host, v: Any) -> Iterable[Step]:
        """The steps that make *host* be what *v* asks for; no I/O but reading templates."""


def role_name(role: Role) -> str:
    """The last part of the module's name: the prefix of its variables."""
    return role.__name__.rpartition(".")[2]


def vars_of(role: Role, host: Host, beside: Iterable[Role] = ()) -> Any:
    """The ``Vars`` of *role* for *host*; raises ``VariableError`` with a line for each thing that is wrong.

    Of the roles *beside* it, and of those that are known to be *host*'s, one with a longer name owns the variables that
    begin with that.
    """
    names = {role_name(one) for one in (*beside, *host.own_roles)}
    names.update(host.deployment.roles if host.deployment else ())
    longer = tuple(f"{name}_" for name in names if len(name) > len(role_name(role)))
    problems = list(_problems(role, host, longer))
    if problems:
        raise VariableError("\n".join(problems))
    values = {name: _converted(value, kind) for name, value, kind in _given(role, host)}
    try:
        return role.Vars(**values)
    except ValueError as error:
        raise VariableError(_told_of_variable(role, host, str(error))) from error


def _told_of_variable(role: Role, host: Host, told: str) -> str:
    """*told*, which begins with the name of a field, as an inventory's author would call that."""
    field, _, what = told.partition(":")
    names = {known.name: variable_name(role, known) for known in dataclasses.fields(role.Vars)}
    name = names.get(field, f"{role_name(role)}_{field}")
    return f"{_place(host, name)}{name}:{what}"


def checked_vars(roles: Iterable[Role], host: Host) -> list[Any]:
    """The ``Vars`` of all *roles*; raises one ``VariableError`` for everything that is wrong in any of them."""
    found, problems, roles = [], [], tuple(roles)
    for role in roles:
        try:
            found.append(vars_of(role, host, roles))
        except VariableError as error:
            problems.append(str(error))
    if problems:
        raise VariableError("\n".join(problems))
    return found


def secrets_of(v: Any) -> Iterator[str]:
    """The texts in fields that are marked secret."""
    for field in dataclasses.fields(v):
        kind, value = field.metadata.get("secret"), getattr(v, field.name)
        if kind == "login":
            yield from filter(None, (urlsplit(url).password for url in _texts(value)))
        elif kind == "file":
            yield from _texts(_besides_plain(v, field, read_env_file(Path(value)) if value else {}))
        elif kind:
            yield from _texts(_besides_plain(v, field, value))


def _besides_plain(v: Any, field: dataclasses.Field[Any], value: Any) -> Any:
    """*value*, a mapping without the names that the field ``plain`` says are no secrets."""
    plain = getattr(v, field.metadata.get("plain", ""), ())
    return {name: said for name, said in value.items() if name not in plain} if plain else value


def variable_name(role: Role, field: dataclasses.Field[Any]) -> str:
    """What the inventory calls *field* of the role's ``Vars``."""
    return str(field.metadata.get("variable") or f"{role_name(role)}_{field.name}")


def _given(role: Role, host: Host) -> Iterator[tuple[str, Any, Any]]:
    kinds = _kinds(role.Vars)
    for field in dataclasses.fields(role.Vars):
        name = variable_name(role, field)
        if name in host.variables:
            yield field.name, host.variables[name], kinds[field.name]


@cache
def _kinds(vars_type: Any) -> dict[str, Any]:
    """The type of each field; a role may have a thousand of them."""
    return typing.get_type_hints(vars_type, include_extras=True)


def strange_to(roles: Sequence[Role], host: Host) -> Iterator[str]:
    """The variables of *host* that begin as those of *roles* do, and are none."""
    names = {role_name(role) for role in roles}
    for role in roles:
        longer = tuple(f"{name}_" for name in names if len(name) > len(role_name(role)))
        yield from _strange(role, host, longer)


def _strange(role: Role, host: Host, others: tuple[str, ...]) -> Iterator[str]:
    fields = {variable_name(role, field) for field in dataclasses.fields(role.Vars)}
    prefix = role_name(role) + "_"
    return (
        name
        for name in host.variables
        if name.startswith(prefix) and name not in fields and not name.startswith(others)
    )


def _known(host: Host) -> Collection[object]:
    """What ``app_known`` says is somebody else's."""
    known = host.variables.get("app_known")
    return known if isinstance(known, list) else ()


def _problems(role: Role, host: Host, others: tuple[str, ...]) -> Iterator[str]:
    """What is wrong; variables that begin as those of *others* are theirs."""
    fields = {variable_name(role, field): field for field in dataclasses.fields(role.Vars)}
    known = _known(host)
    for name in _strange(role, host, others):
        if name not in known:
            yield f"{_place(host, name)}{_unknown(role, name, fields)}"
    kinds = _kinds(role.Vars)
    for name, field in fields.items():
        if name in host.variables and _is_typed_secret(host, name, field):
            yield (
                f"{_place(host, name)}{name} is secret, and everybody on this machine can read a command line; "
                "put it into a file: --extra-vars @secrets.yml"
            )
        elif name in host.variables:
            hidden = bool(field.metadata.get("secret")) or host.hides(name)
            yield from _misfit(host, name, kinds[field.name], hidden=hidden)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            yield f"{host.name}: {name} is missing; set it in the inventory, e.g. under [all:vars]"


def _is_typed_secret(host: Host, name: str, field: dataclasses.Field[Any]) -> bool:
    kind, origin = field.metadata.get("secret"), host.origin(name)
    if kind in (None, "file") or origin is None or not origin.is_command_line or origin.is_answered:
        return False
    texts = [text for text in _texts(host.variables[name]) if not reference_in(text)]
    return any(map(LOGIN.match, texts)) if kind == "login" else bool(texts)


def _unknown(role: Role, name: str, fields: Iterable[str]) -> str:
    managed: Mapping[str, str] = getattr(role, "managed", {})
    prefix = role_name(role) + "_"
    reason = managed.get(name.removeprefix(prefix))
    if reason:
        return f"{name} is managed by deploytasks: {reason}"
    # Compared without the prefix that they share, which would make any two look alike.
    near = did_you_mean(name.removeprefix(prefix), [field.removeprefix(prefix) for field in fields])
    advice = near.replace('"', f'"{prefix}', 1) or f"; the role {role_name(role)} has no such variable"
    return f"unknown variable {name}{advice}"


def _misfit(host: Host, name: str, kind: Any, *, hidden: bool) -> Iterator[str]:
    value = host.variables[name]
    shown = "" if hidden else f" {value!r}:"
    try:
        _converted(value, kind)
    except VariableError as error:
        yield f"{_place(host, name)}{name}: {error}"
    except ValueError as error:
        told = _choices(value, kind) or f"{error}{_as_list(value, str(error), hidden=hidden)}"
        yield f"{_place(host, name)}{name}:{shown} {told}"


def _as_list(value: Any, told: str, *, hidden: bool) -> str:
    """How a text is written that was meant for a list; empty when that is not what is wrong."""
    if hidden or not isinstance(value, str) or not told.startswith("expected a list"):
        return ""
    return f"; write {json.dumps([part.strip() for part in value.split(',')])}"


def _choices(value: Any, kind: Any) -> str:
    """What may stand in the place of *value*, when that is one of few words."""
    for rule in _rules(kind) if get_origin(kind) is typing.Annotated else ():
        named = (rule.extra or {}).get("words")
        if named:
            return f"expected {' or '.join(named)}, or {rule.extra['or']}" + did_you_mean(str(value), named)
    options = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    literals = [option for option in options if option is not NoneType]
    if [get_origin(option) for option in literals] != [typing.Literal]:
        return ""
    words = [str(word) for word in get_args(literals[0])]
    return f"expected {' or '.join(words)}" + did_you_mean(str(value), words)


def _converted(value: Any, kind: Any) -> Any:
    import msgspec

    if _wants_text(kind) and isinstance(value, (int, float)) and not isinstance(value, bool):
        value = _as_text(value)
    try:
        return msgspec.convert(value, _fitting(value, kind), strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(_by_example(in_our_words(str(error)), kind)) from error


def _fitting(value: Any, kind: Any) -> Any:
    """*kind* without the texts that a list or a mapping is none of, and for a text without those.

    msgspec 0.22 ends the process at a union of a text that has a pattern with a list or a mapping.
    """
    options = get_args(kind) if get_origin(kind) in (Union, UnionType) else ()
    strange = _is_many if isinstance(value, str) else _wants_text if _is_many(type(value)) else None
    left = tuple(option for option in options if strange and not strange(option))
    return reduce(or_, left) if left else kind


def _is_many(kind: Any) -> bool:
    """Whether *kind* is one of lists or mappings."""
    base = get_args(kind)[0] if get_origin(kind) is typing.Annotated else kind
    shape = get_origin(base) or base
    return isinstance(shape, type) and issubclass(shape, (list, tuple, Mapping))


def _wants_text(kind: Any) -> bool:
    base = get_args(kind)[0] if get_origin(kind) is typing.Annotated else kind
    options = get_args(base) if get_origin(base) in (Union, UnionType) else (base,)
    plain = [get_args(option)[0] if get_origin(option) is typing.Annotated else option for option in options]
    return str in plain and int not in plain and float not in plain


def _as_text(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    raise VariableError(f"{value} was read as a number; quote it twice in an inventory: \"'3.10'\"")


def in_our_words(message: str) -> str:
    """What msgspec says, as people would who write inventories and roles."""
    message = re.sub(r" - at `\$\.?([^`]*)`", lambda at: f" (at {at[1]})" if at[1] else "", message)
    for theirs, ours in WORDS.items():
        message = message.replace(theirs, ours)
    return message


def _by_example(message: str, kind: Any) -> str:
    """*message* with an example in the place of the pattern in *kind* that a text does not match."""
    for rule in _rules(kind):
        pattern = f"text matching regex {getattr(rule, 'pattern', None)!r}"
        if pattern in message and rule.examples:
            return message.replace(pattern, f"such as {' or '.join(rule.examples)}")
    return message


def _rules(kind: Any) -> Iterator[Any]:
    """All that is demanded of values anywhere in *kind*."""
    yield from getattr(kind, "__metadata__", ())
    for part in get_args(kind):
        yield from _rules(part)


def _place(host: Host, name: str) -> str:
    origin = host.origin(name)
    return f"{origin}: " if origin else f"{host.name}: "


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, (Mapping, list, tuple)):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)
