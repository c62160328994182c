"""What is said to a server in its own words, as the variables of its role."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

from deploytasks.inventory.origin import Origin, Setting
from deploytasks.planning.heard.statement import Statement, Variable
from deploytasks.planning.role import variable_name

if TYPE_CHECKING:
    from deploytasks.source.processes.web_command import Said

OF_THE_APP = frozenset(
    {
        "app_dir",
        "call",
        "callable",
        "chdir",
        "factory",
        "file",
        "ini",
        "module",
        "pp",
        "pythonpath",
        "wsgi",
        "wsgi_file",
    }
)
"""Settings that say which app is served, from where, and by which file; they have been heard already."""


def each_of(said: Said) -> tuple[str, ...]:
    """All that was said, one thing or several."""
    return said if isinstance(said, tuple) else (str(said),)


def variables_of(role: Any, statements: Iterable[Statement]) -> Iterator[Variable | str]:
    """The variables of the server *role* that *statements* mean, and by place what it does not take."""
    left: dict[Origin, list[str]] = {}
    for one in statements:
        reason = _why_not(role, one)
        variable, kind = _variables_of(role).get(one.name, ("", None))
        if reason:
            left.setdefault(one.where, []).append(f"{one.name} ({reason})")
        elif variable:
            yield Variable(variable, Setting(_as_kind(one.value, kind), one.where))
    for where, names in left.items():
        yield f"{where}: not used: {', '.join(names)}"


def _why_not(role: Any, said: Statement) -> str:
    """Why the server *role* does not take the setting; empty when it does, or when it was heard already."""
    managed: Mapping[str, str] = {**getattr(role, "managed", {}), **getattr(role, "unheard", {})}
    variable, _ = _variables_of(role).get(said.name, ("", None))
    if said.name in OF_THE_APP:
        return ""
    if said.name in managed and not variable:
        return managed[said.name]
    if said.name in getattr(role, "unheard", {}) and said.value != "-":
        return managed[said.name]
    if not variable:
        return "no such setting is known"
    if any("$" in text or "%(" in text for text in each_of(said.value)):
        return f"{said.value} is filled in when it starts; set {variable}"
    return ""


@cache
def _variables_of(role: Any) -> Mapping[str, tuple[str, Any]]:
    """By what a command line calls it: the variable of each setting of *role*, and its type."""
    kinds = typing.get_type_hints(role.Vars)
    return {
        field.metadata.get("said", field.name): (variable_name(role, field), kinds[field.name])
        for field in fields(role.Vars)
    }


def _as_kind(said: Said, kind: Any) -> Any:
    """*said* in the form that a variable of *kind* has."""
    options = typing.get_args(kind) if typing.get_origin(kind) in (typing.Union, types.UnionType) else (kind,)
    shapes = {typing.get_origin(option) or option for option in options}
    if shapes & {dict, Mapping}:
        return dict(text.partition("=")[::2] for text in each_of(said))
    if tuple in shapes and not (str in shapes and isinstance(said, str)):
        return [*each_of(said)]
    return said[-1] if isinstance(said, tuple) and tuple not in shapes else said
