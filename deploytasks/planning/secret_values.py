"""The values of hosts that name secrets in place of being them.

Only a variable that is secret can have such values: a password of the connection, and what a role's ``Vars`` call
secret, as each member of ``app_env`` but for those that ``app_env_plain`` lists.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks.agent.frozen import frozen
from deploytasks.errors import ConfigError, InventoryError
from deploytasks.inventory import SECRET_VARIABLES, Origin
from deploytasks.inventory.connection import KNOWN
from deploytasks.inventory.origin import has_template
from deploytasks.inventory.variable_name import names_a_secret
from deploytasks.planning.role import variable_name
from deploytasks.planning.written import has_templates, reached, texts_of
from deploytasks.secrets import Reference, begins_alike, reference_in

if TYPE_CHECKING:
    from deploytasks.inventory import Host, Value
    from deploytasks.planning.role import Role

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
    def text(self) -> str:
        """The reference as it is written."""
        return f"{self.reference.scheme}:{self.reference.rest}"

    @property
    def place(self) -> Origin:
        """Where it stands: the origin is where its variable begins."""
        if not self.path or self.origin.line is None:
            return self.origin
        try:
            lines = Path(self.origin.file).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return self.origin
        below = range(self.origin.line, len(lines) + 1)
        found = (line for line in below if self.text in lines[line - 1] and self.path[-1] in lines[line - 1])
        return replace(self.origin, line=next(found, self.origin.line))


def secret_values(host: Host, roles_of: RolesOf) -> list[SecretValue]:
    """All values of *host* that name a secret, those first that templates need."""
    return [*values_needed(host, roles_of), *values_in_use(host, roles_of)]


def values_in_use(host: Host, roles_of: RolesOf) -> Iterator[SecretValue]:
    """Those in variables that are secret, with templates filled in; one that means nothing is told by its role."""
    for name, plain in secret_variables(host, roles_of).items():
        try:
            value = host.variables[name]
        except InventoryError:
            value = host.written[name]
        yield from _values_in(host, name, plain, value)


def values_as_written(host: Host, roles_of: RolesOf) -> Iterator[SecretValue]:
    """Those of ``values_in_use`` that are no templates: all that most hosts have."""
    for name, plain in secret_variables(host, roles_of).items():
        yield from _values_in(host, name, plain, host.written[name])


def values_needed(host: Host, roles_of: RolesOf) -> Iterator[SecretValue]:
    """The variables with the name of a secret that templates need, and that name one: ``db_password: env:DB``."""
    written = host.written
    if any(map(has_templates, written.values())):
        own = secret_variables(host, roles_of)
        for name in reached(written, {*KNOWN, *_variables_of(_roles(host, roles_of))}):
            if name not in own and names_a_secret(name):
                yield from _values_in(host, name, frozenset(), written[name])


def templates_in_use(host: Host, roles_of: RolesOf) -> list[str]:
    """The variables of the connection and of the roles that have templates in them."""
    templates = [name for name, value in host.written.items() if has_templates(value)]
    used = {*KNOWN, *_variables_of(_roles(host, roles_of))} if templates else set()
    return [name for name in templates if name in used]


def _values_in(host: Host, name: str, plain: frozenset[str], value: Value) -> Iterator[SecretValue]:
    origin = host.origin(name) or Origin(host.name, None, "")
    if not origin.is_answered:
        for path, reference in _references(value, plain):
            yield SecretValue(host.name, name, path, reference, origin)


def ordinary_values(host: Host, roles_of: RolesOf) -> list[str]:
    """The names of those values that begin as if they named a secret and are taken as they are written."""
    secret = secret_variables(host, roles_of)
    texts = (((name, *path), text) for name in secret for path, text in texts_of(host.written[name]))
    return [".".join(path) for path, text in texts if begins_alike(text)]


def secret_variables(host: Host, roles_of: RolesOf) -> dict[str, frozenset[str]]:
    """The variables of *host* whose values are secrets and might name one, each with the names in it that are plain."""
    if not any(map(_may_name_one, host.written.values())):
        return {}
    plain_in = dict.fromkeys(SECRET_VARIABLES, "")
    for role in _roles(host, roles_of):
        plain_in.update(_secret_fields(role))
    return {name: _listed(host, plain_in[name]) for name in host.written if name in plain_in}


def _roles(host: Host, roles_of: RolesOf) -> Sequence[Any]:
    try:
        return roles_of(host)
    except ConfigError:  # A choice that there is not is told where the roles are made use of.
        return ()


def _listed(host: Host, name: str) -> frozenset[str]:
    said = host.variables.get(name)
    return frozenset(map(str, said)) if isinstance(said, list | tuple) else frozenset()


def _variables_of(roles: Iterable[Any]) -> Iterator[str]:
    for role in roles:
        yield from (variable_name(role, field) for field in dataclasses.fields(role.Vars))


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
    for path, text in texts_of(value):
        reference = reference_in(text)
        if reference and plain.isdisjoint(path[:1]) and not has_template(text):
            yield path, reference
