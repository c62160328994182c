"""Whether a source holds the app that somebody named, as far as its text shows."""

from __future__ import annotations

import ast
import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from deploytasks.errors import SourceError
from deploytasks.source.app.framework import kind_of_factory, kind_of_wrapped, required_arguments
from deploytasks.source.code.modules import Function
from deploytasks.spelling import did_you_mean

if TYPE_CHECKING:
    from deploytasks.source.app.framework import Kind
    from deploytasks.source.code.app_ref import AppRef
    from deploytasks.source.code.modules import Module, Modules

_SHOWN_NAMES = 8
_NO_APP = (ast.Constant, ast.List, ast.Dict, ast.Tuple, ast.Set, ast.JoinedStr)


def checked(modules: Modules, ref: AppRef) -> AppRef:
    """*ref*, completed by what its module shows; raises ``SourceError`` when it cannot be right.

    As Flask does it, a function that can be called without arguments and only so is taken for a factory.
    """
    modules = _importable(modules, ref)
    module = modules.find(ref.module)
    if module is None:
        raise SourceError(_no_module(modules, ref))
    ref = replace(ref, directory=module.directory)
    if modules.lookup(f"{ref.module}.{ref.name}") is None:
        if module.dynamic or any(not modules.find(star) for star in module.stars):
            return ref
        raise SourceError(_no_name(modules, module, ref))
    ref = _called_rightly(modules, ref)
    kind = kind_of_ref(modules, ref)
    return replace(ref, framework=kind.framework, interface=kind.interface) if kind else ref


def kind_of_ref(modules: Modules, ref: AppRef) -> Kind | None:
    """The app that *ref* leads to, or None when the text does not show it."""
    found = modules.lookup(modules.trace(f"{ref.module}.{ref.name}"))
    if found and ref.factory:
        module, function = found
        return kind_of_factory(modules, module, function) if isinstance(function, Function) else None
    return kind_of_wrapped(modules, *found) if found else None


def _importable(modules: Modules, ref: AppRef) -> Modules:
    directory = posixpath.normpath(ref.directory)
    if directory.startswith(("/", "..")):
        raise SourceError(
            f"{ref.found}: {ref.directory}: not below the source; write it relative to {modules.root}"
        )
    return modules if directory == "." else modules.below(directory)


def _called_rightly(modules: Modules, ref: AppRef) -> AppRef:
    found = modules.lookup(modules.trace(f"{ref.module}.{ref.name}"))
    if found is None:
        return ref
    module, binding = found
    kind = kind_of_wrapped(modules, module, binding)
    if isinstance(binding, _NO_APP):
        raise SourceError(
            f"{ref.found}: {ref}: line {binding.lineno} of {module.path} makes it no app but a value"
        )
    if ref.factory and kind:
        plain = f"{ref.module}:{ref.name}"
        raise SourceError(f"{ref.found}: {ref}: {ref.name} is an app, not a factory; expected {plain}")
    if not isinstance(binding, Function) or kind or binding.decorator_list:
        return ref
    wanted = required_arguments(binding)
    if wanted and not ref.arguments:
        reason = f"{ref.name}() wants arguments: {', '.join(wanted)}"
        raise SourceError(f"{ref.found}: {ref}: {reason}; expected an app, or a factory that wants none")
    return replace(ref, factory=True)


def _no_module(modules: Modules, ref: AppRef) -> str:
    missing = f"{ref.found}: {ref}: the source has no module {ref.module}"
    parent = ref.module.rpartition(".")[0]
    if parent and modules.find(parent):
        return f"{missing}; {parent} has none called so"
    paths = [path for directory in modules.directories for path in (modules.root / directory).glob("*")]
    present = sorted(
        {path.stem for path in paths if path.suffix == ".py" or (path / "__init__.py").is_file()}
    )
    return f"{missing}; it has: {_listed(present)}{did_you_mean(ref.module, present)}"


def _no_name(modules: Modules, module: Module, ref: AppRef) -> str:
    names = [name for name in module.bindings if not name.startswith("_")]
    apps = [name for name in names if kind_of_wrapped(modules, module, module.bindings[name])]
    functions = [name for name in names if isinstance(module.bindings[name], Function)]
    offered = [*apps, *(name for name in functions if name not in apps)] or names
    hint = did_you_mean(ref.name, offered)
    return f"{ref.found}: {ref}: {module.path} has no {ref.name}; it has: {_listed(offered)}{hint}"


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN_NAMES]) or "none"
    return f"{shown} …" if len(names) > _SHOWN_NAMES else shown
