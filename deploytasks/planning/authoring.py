"""What an author of roles has written amiss, told with its file and line before any host is contacted."""

from __future__ import annotations

import ast
import dataclasses
import traceback
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks.agent.engine.plan import Handler, Step
from deploytasks.agent.engine.resource import Action, Resource
from deploytasks.agent.regex import regex
from deploytasks.errors import ConfigError, PlanError
from deploytasks.here.paths import below
from deploytasks.planning.role import in_our_words, role_name

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.role import Role

EXAMPLE = "write the settings"
VARS_EXAMPLE = "@dataclass(frozen=True) above class Vars: ..., which may be empty"
STEPS_EXAMPLE = 'def steps(host, v): yield Step("write the settings", File(...))'
MODE = regex(r"0?[0-7]{3,4}")
PLAIN = (str, int, float, bool, bytes, types.NoneType)


def require_role(role: Any) -> None:
    """Raise ``PlanError`` for what is no module with ``Vars`` and ``steps``."""
    if not isinstance(getattr(role, "__name__", None), str):
        raise PlanError(
            f"{_shown(role)} is no role; give the module itself: import metrics, then roles=[metrics]"
        )
    name, kind, steps = role_name(role), getattr(role, "Vars", None), getattr(role, "steps", None)
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
        raise PlanError(
            f"{_line_of(role, 'Vars')}: role {name}: {_lacks(role, 'Vars')}; write {VARS_EXAMPLE}"
        )
    if not callable(steps):
        raise PlanError(
            f"{_line_of(role, 'steps')}: role {name}: {_lacks(role, 'steps')}; write {STEPS_EXAMPLE}"
        )


def _lacks(role: Any, name: str) -> str:
    what = "a dataclass" if name == "Vars" else "a function"
    return (
        f"{name} is {_shown(getattr(role, name))}, not {what}" if hasattr(role, name) else f"it has no {name}"
    )


def _line_of(role: Any, name: str) -> str:
    """Where the file of *role* gives *name* a meaning, else its beginning."""
    file = getattr(role, "__file__", None)
    if not file:
        return str(role.__name__)
    try:
        statements = ast.parse(Path(file).read_text(encoding="utf-8")).body
    except (OSError, ValueError, SyntaxError):
        statements = []
    lines = [statement.lineno for statement in statements if name in _names_given(statement)]
    return f"{_as_seen_from_here(file)}:{lines[-1] if lines else 1}"


def _names_given(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return [statement.name]
        case ast.Assign():
            return [target.id for target in statement.targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Import() | ast.ImportFrom():
            return [alias.asname or alias.name for alias in statement.names]
    return []


def steps_of(role: Role, host: Host, v: object) -> Iterator[Step]:
    """What *role* yields for *host*; raises ``PlanError`` for what is no step, or has a value of a wrong type."""
    given: Iterable[Any] = ()
    try:
        given = role.steps(host, v)
        for step in given:
            for complaint in _complaints(step):
                raise PlanError(f"{_place(role, given)}: {host.name}: role {role_name(role)}: {complaint}")
            yield step
    except ConfigError:
        raise
    except Exception as error:
        where = f"{_raised_at(role, error)}{host.name}: role {role_name(role)}"
        raise PlanError(f"{where}: {type(error).__name__}: {error}{_template_line(error)}") from error


def _complaints(step: Any) -> Iterator[str]:
    if not isinstance(step, Step):
        hint = (
            f'yield Step("...", {type(step).__name__}(...))' if isinstance(step, Resource) else "yield a Step"
        )
        yield f"{_shown(step)} is no step; {hint}"
        return
    if not isinstance(step.resource, Resource):
        yield f'step "{step.name}": {_shown(step.resource)} is no resource, such as File or Package'
        return
    if not isinstance(step.name, str) or not step.name.isprintable() or not step.name:
        yield f"{step.name!r} is no name of a step; give it one of words, such as {EXAMPLE!r}"
        return
    notify = (step.notify,) if isinstance(step.notify, Handler) else step.notify
    if not isinstance(notify, (tuple, list)) or not all(isinstance(one, Handler) for one in notify):
        yield f'step "{step.name}": notify wants a Handler, or a tuple of them'
        return
    if not all(isinstance(one.action, Action) for one in notify):
        yield f'step "{step.name}": a Handler wants an action, such as Restart or Run'
        return
    yield from (f'step "{step.name}": {complaint}' for complaint in _wrong_options(step))
    things: list[Resource | Action] = [
        step.resource,
        *_parts(step.resource),
        *(handler.action for handler in step.handlers),
    ]
    for thing in things:
        yield from (f'step "{step.name}": {complaint}' for complaint in _misfits(thing))


def _wrong_options(step: Step) -> Iterator[str]:
    if not isinstance(step.when, bool):
        yield f"when={_shown(step.when)}: expected True or False, such as host.facts.cpus > 1"
    if type(step.retries) is not int or step.retries < 0:
        yield f"retries={_shown(step.retries)}: expected a whole number from 0 on"
    for name in ("delay_s", "timeout_s"):
        seconds = getattr(step, name)
        if type(seconds) not in (int, float) or seconds < 0:
            yield f"{name}={_shown(seconds)}: expected a number of seconds from 0 on"
    if not isinstance(step.ignore_failure, str):
        yield f"ignore_failure={_shown(step.ignore_failure)}: say in words why the run may go on without it"
    follows = (step.only_if_changed,) if isinstance(step.only_if_changed, Step) else step.only_if_changed
    if not (isinstance(follows, (str, tuple)) and all(isinstance(one, (str, Step)) for one in follows)):
        yield f"only_if_changed={_shown(follows)}: expected a step or its name, or a tuple of them"
    if not (isinstance(step.tags, tuple) and all(isinstance(tag, str) for tag in step.tags)):
        yield f"tags={_shown(step.tags)}: expected a tuple of words"


def _parts(resource: Resource) -> Iterator[Resource]:
    """The resources that *resource* is made of, such as each of some directories."""
    for value in vars(resource).values():
        if isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, Resource))


def _misfits(thing: Resource | Action) -> Iterator[str]:
    import msgspec

    name = type(thing).__name__
    path, mode = getattr(thing, "path", "/"), getattr(thing, "mode", "0644")
    if isinstance(path, str) and path != _usual(thing, "path") and (not path.startswith("/") or "\0" in path):
        yield f"{name}: path={path!r}: expected one from / on"
    if isinstance(mode, str) and not MODE.fullmatch(mode):
        yield f'{name}: mode={mode!r}: expected octal digits such as "0644"'
    made: Any = type(thing)
    for field, kind in _kinds(made).items():
        value = getattr(thing, field)
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            example = ' such as "0644"' if field == "mode" else ""
            yield f"{name}: {field}={value!r}: {in_our_words(str(error))}{example}"
    for field, kind in _made_of(made).items():
        value = getattr(thing, field)
        if not isinstance(value, tuple) or not all(isinstance(part, kind) for part in value):
            yield f"{name}: {field}={_shown(value)}: expected a tuple of {kind.__name__}"


def _usual(thing: Resource | Action, name: str) -> Any:
    """The default of that field; it may mean that there is none."""
    return next((field.default for field in dataclasses.fields(thing) if field.name == name), None)


@cache
def _kinds(kind: Any) -> Mapping[str, Any]:
    """The fields of a resource or action whose values are plain: text, numbers, and tuples and mappings of them."""
    hints = typing.get_type_hints(kind)
    fields = (field.name for field in dataclasses.fields(kind))
    return {name: _as_kept(hints[name]) for name in fields if _is_plain(hints[name])}


@cache
def _made_of(kind: Any) -> Mapping[str, type]:
    """The fields of a resource that hold others, and the type of these."""
    several = {
        name: hint for name, hint in typing.get_type_hints(kind).items() if typing.get_origin(hint) is tuple
    }
    parts = {name: next(iter(typing.get_args(hint)), None) for name, hint in several.items()}
    return {
        name: part for name, part in parts.items() if isinstance(part, type) and issubclass(part, Resource)
    }


def _is_plain(hint: Any) -> bool:
    arguments = [argument for argument in typing.get_args(hint) if argument is not Ellipsis]
    return hint in PLAIN or (bool(arguments) and all(map(_is_plain, arguments)))


def _as_kept(hint: Any) -> Any:
    """Bytes are kept as text."""
    if typing.get_origin(hint) is not typing.Union:
        return hint
    return typing.Union[tuple(option for option in typing.get_args(hint) if option is not bytes)]  # noqa: UP007


def _shown(thing: Any) -> str:
    text = repr(thing)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _place(role: Role, given: Any) -> str:
    """Where *given*, which may be a generator, has just yielded."""
    frame = getattr(given, "gi_frame", None)
    while frame is not None and getattr(given, "gi_yieldfrom", None) is not None:
        given = given.gi_yieldfrom
        frame = getattr(given, "gi_frame", frame)
    if frame is None:
        return str(getattr(role, "__file__", role_name(role)))
    return f"{_as_seen_from_here(frame.f_code.co_filename)}:{frame.f_lineno}"


def _raised_at(role: Role, error: Exception) -> str:
    """The last line of the role's own files on the way to *error*."""
    home = str(Path(getattr(role, "__file__", "") or "?").parent)
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(home)]
    return f"{_as_seen_from_here(lines[-1].filename)}:{lines[-1].lineno}: " if lines else ""


def _as_seen_from_here(path: str) -> str:
    try:
        return below(Path(path), Path.cwd())
    except ValueError:
        return path


def _template_line(error: Exception) -> str:
    name, line = (
        getattr(error, "filename", None) or getattr(error, "name", None),
        getattr(error, "lineno", None),
    )
    return f" ({name}:{line})" if name and line else ""
