"""The values of hosts that name secrets in place of being them, and the hosts with what these name.

Only a variable that is secret can have such values: a password of the connection, and what a role's ``Vars`` call
secret, as each member of ``app_env`` but for those that ``app_env_plain`` lists.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks.agent.frozen import frozen
from deploytasks.errors import ConfigError, VariableError
from deploytasks.inventory import SECRET_VARIABLES, Origin, Setting
from deploytasks.planning.role import variable_name
from deploytasks.secrets import Reference, Secrets, begins_alike, reference_in

if TYPE_CHECKING:
    from deploytasks.inventory import Host, Value
    from deploytasks.planning.role import Role
    from deploytasks.secrets import Answer

    Answers = Mapping[Reference, Answer]
    RolesOf = Callable[[Host], Sequence[Role]]

SECRET_KINDS = (True, "login")
"""What the metadata of a field whose value is itself a secret says: of a file, that is what is in it."""


@frozen
class SecretValue:
    """The *reference* in the place of a secret: in *variable* of *host*, behind the keys of *path*."""

    host: str
    variable: str
    path: tuple[str, ...]
    reference: Reference
    origin: Origin

    @property
    def name(self) -> str:
        """What people call it: ``app_env.DB_PASSWORD``."""
        return ".".join((self.variable, *self.path))

    @property
    def place(self) -> Origin:
        """Where it stands: the origin is where its variable begins."""
        if not self.path or self.origin.line is None:
            return self.origin
        try:
            lines = Path(self.origin.file).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return self.origin
        text = f"{self.reference.scheme}:{self.reference.rest}"
        below = range(self.origin.line, len(lines) + 1)
        found = (line for line in below if text in lines[line - 1] and self.path[-1] in lines[line - 1])
        return replace(self.origin, line=next(found, self.origin.line))


def no_roles(host: Host) -> Sequence[Role]:
    """For a run that needs nothing but the way to *host*."""
    del host
    return ()


def answered(hosts: Iterable[Host], roles_of: RolesOf, secrets: Secrets) -> list[Host]:
    """*hosts* with the secrets that their values name, those of the connection and of all that *roles_of* them know.

    Raises one ``VariableError`` for all that have no answer.
    """
    hosts = [*hosts]
    named = {host.name: [*secret_values(host, roles_of)] for host in hosts}
    answers = secrets.ask(value.reference for values in named.values() for value in values)
    problems = [
        f"{value.place}: {value.name}: {value.reference}: {answers[value.reference].error}"
        for values in named.values()
        for value in values
        if answers[value.reference].error
    ]
    if problems:
        raise VariableError("\n".join(dict.fromkeys(problems)))
    return [_with_answers(host, named[host.name], answers) for host in hosts]


def secret_values(host: Host, roles_of: RolesOf) -> Iterator[SecretValue]:
    """All values of *host* that name a secret, in the order of its variables."""
    if not any(map(_may_name_one, host.written.values())):
        return
    plain_of = secret_variables(host, roles_of)
    for name in filter(plain_of.__contains__, host.variables):
        origin = host.origin(name) or Origin(host.name, None, "")
        if not origin.is_answered:
            for path, reference in _references(host.variables[name], plain_of[name]):
                yield SecretValue(host.name, name, path, reference, origin)


def ordinary_values(host: Host, roles_of: RolesOf) -> list[str]:
    """The names of those values that begin as if they named a secret and are taken as they are written."""
    if not any(map(_may_name_one, host.written.values())):
        return []
    secret = [name for name in secret_variables(host, roles_of) if name in host.variables]
    texts = (((name, *path), text) for name in secret for path, text in _texts(host.variables[name]))
    return [".".join(path) for path, text in texts if begins_alike(text)]


def secret_variables(host: Host, roles_of: RolesOf) -> dict[str, frozenset[str]]:
    """The variables of *host* whose values are secrets, each with the names in it that are plain."""
    found = dict.fromkeys(SECRET_VARIABLES, frozenset[str]())
    roles: Sequence[Any] = ()
    with suppress(ConfigError):  # A choice that there is not is told where the roles are made use of.
        roles = roles_of(host)
    for role in roles:
        for name, plain in _secret_fields(role).items():
            said = host.variables.get(plain)
            found[name] = frozenset(map(str, said)) if isinstance(said, list | tuple) else frozenset()
    return found


@cache
def _secret_fields(role: Any) -> Mapping[str, str]:
    """The secret variables of *role*, each with the one that lists what is plain in it; a role may have a thousand."""
    fields = {field.name: field for field in dataclasses.fields(role.Vars)}
    return {
        variable_name(role, field): _name_of(role, fields.get(field.metadata.get("plain", "")))
        for field in fields.values()
        if field.metadata.get("secret") in SECRET_KINDS
    }


def _name_of(role: Any, field: dataclasses.Field[Any] | None) -> str:
    return variable_name(role, field) if field else ""


def _may_name_one(value: Value) -> bool:
    """Whether it is worth to look which roles there are."""
    if isinstance(value, Mapping):
        return any(map(_may_name_one, value.values()))
    if isinstance(value, list):
        return any(map(_may_name_one, value))
    return isinstance(value, str) and (":" in value or "{{" in value)


def _references(value: Value, plain: frozenset[str]) -> Iterator[tuple[tuple[str, ...], Reference]]:
    """Each reference in *value* with the keys that lead there, but for those below keys that are *plain*."""
    for path, text in _texts(value):
        reference = reference_in(text)
        if reference and plain.isdisjoint(path[:1]):
            yield path, reference


def _texts(value: Value) -> Iterator[tuple[tuple[str, ...], str]]:
    """All texts in *value*, each with the keys that lead there."""
    if isinstance(value, str):
        yield (), value
    for key, item in _members(value):
        yield from (((key, *path), text) for path, text in _texts(item))


def _members(value: Value) -> Iterable[tuple[str, Value]]:
    if isinstance(value, Mapping):
        return value.items()
    return ((str(number), item) for number, item in enumerate(value)) if isinstance(value, list) else ()


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
    members = [item for _, item in _members(value)]
    return all(map(_only_references, members)) if members else reference_in(value) is not None


def _put(value: Value, path: Sequence[str], secret: str) -> Value:
    """*value* with *secret* behind the keys of *path*."""
    if not path:
        return secret
    key, *rest = path
    if isinstance(value, list):
        return [_put(item, rest, secret) if str(number) == key else item for number, item in enumerate(value)]
    members = dict(value) if isinstance(value, Mapping) else {}
    return {**members, key: _put(members.get(key), rest, secret)}
