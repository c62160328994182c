"""Hosts with the secrets that their values name: asked for at once, before anything is contacted."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from deploytasks.errors import InventoryError, VariableError
from deploytasks.inventory import Setting
from deploytasks.inventory.concealed import VEIL
from deploytasks.inventory.variables import texts_in
from deploytasks.planning.secret_values import (
    templates_in_use,
    values_as_written,
    values_in_use,
    values_needed,
)
from deploytasks.planning.written import has_templates, members
from deploytasks.secrets import reference_in

if TYPE_CHECKING:
    from deploytasks.inventory import Host, Value
    from deploytasks.planning.role import Role
    from deploytasks.planning.secret_values import SecretValue
    from deploytasks.secrets import Answer, Reference, Secrets

    Answers = Mapping[Reference, Answer]
    RolesOf = Callable[[Host], Sequence[Role]]


def no_roles(host: Host) -> Sequence[Role]:
    """For a run that needs nothing but the way to *host*."""
    del host
    return ()


def answered(hosts: Iterable[Host], roles_of: RolesOf, secrets: Secrets) -> list[Host]:
    """*hosts* with the secrets that their values name, those of the connection and of all that *roles_of* them know.

    Raises one ``VariableError`` for all that have no answer.
    """
    hosts = [*hosts]
    needed = {host.name: [*values_needed(host, roles_of)] for host in hosts}
    written = {host.name: [*values_as_written(host, roles_of)] for host in hosts}
    known = _answers([*needed.values(), *written.values()], secrets)
    hosts = [_with_answers(host, needed[host.name], known) for host in hosts]
    for host in hosts:
        _refuse_veiled(host, roles_of)
    told = {known[value.reference].secret for values in needed.values() for value in values}
    named = {host.name: [*_named(host, roles_of, written[host.name], told)] for host in hosts}
    known = _answers(named.values(), secrets)
    return [_with_answers(host, named[host.name], known) for host in hosts]


def _named(
    host: Host, roles_of: RolesOf, written: Sequence[SecretValue], told: Container[str]
) -> Iterator[SecretValue]:
    """The values that name a secret as they are *written*, and those that do where templates are filled in.

    A secret that has been *told* and looks like a reference is none.
    """
    yield from written
    if any(map(has_templates, host.written.values())):
        for value in values_in_use(host, roles_of):
            if value not in written and value.text not in told:
                yield value


def _refuse_veiled(host: Host, roles_of: RolesOf) -> None:
    """All that templates of *host* need has been asked for, but for what another host's variables name."""
    for name in templates_in_use(host, roles_of):
        with suppress(InventoryError):  # One that means nothing is told by its role.
            if any(VEIL in text for text in texts_in(host.variables[name])):
                where = f"{host.origin(name)}: {name}"
                raise VariableError(
                    f"{where}: is made of a secret that a variable of another host names; name it for {host.name}"
                )


def _answers(named: Iterable[Sequence[SecretValue]], secrets: Secrets) -> Answers:
    values = [value for found in named for value in found]
    answers = secrets.ask(value.reference for value in values)
    problems = [
        f"{value.place}: {value.name}: {value.reference}: {answers[value.reference].error}"
        for value in values
        if answers[value.reference].error
    ]
    if problems:
        raise VariableError("\n".join(dict.fromkeys(problems)))
    return answers


def _with_answers(host: Host, values: Sequence[SecretValue], answers: Answers) -> Host:
    if not values:
        return host
    settings = {value.variable: Setting(host.variables[value.variable], value.origin) for value in values}
    for value in values:
        settings[value.variable] = Setting(
            _put(settings[value.variable].value, value.path, answers[value.reference].secret),
            replace(value.origin, is_answered=_is_kept_elsewhere(host, value)),
        )
    files = [value.reference.file for value in values if value.reference.file]
    return replace(host.with_settings(settings), sources=(*host.sources, *dict.fromkeys(files)))


def _is_kept_elsewhere(host: Host, value: SecretValue) -> bool:
    """Whether nothing secret was written; of what is typed, everything has to be a reference."""
    return not value.origin.is_command_line or _only_references(host.variables[value.variable])


def _only_references(value: Value) -> bool:
    parts = [item for _, item in members(value)]
    return all(map(_only_references, parts)) if parts else reference_in(value) is not None


def _put(value: Value, path: Sequence[str], secret: str) -> Value:
    """*value* with *secret* behind the keys of *path*."""
    if not path:
        return secret
    key, *rest = path
    if isinstance(value, list):
        return [_put(item, rest, secret) if str(number) == key else item for number, item in enumerate(value)]
    parts = dict(value) if isinstance(value, Mapping) else {}
    return {**parts, key: _put(parts.get(key), rest, secret)}
