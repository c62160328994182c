"""Flask's own rules for the app in a module, as ``flask run`` has them (``flask.cli.find_best_app``).

The names app and application, else the only app there is, else a factory create_app or make_app that
wants no arguments. They serve other frameworks as well.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from deploytasks.source.app.framework import (
    Kind,
    kind_of,
    kind_of_factory,
    kind_of_wrapped,
    required_arguments,
)
from deploytasks.source.code.app_ref import AppRef

if TYPE_CHECKING:
    from deploytasks.source.code.modules import Module, Modules

_NAMES = ("app", "application")
_FACTORIES = ("create_app", "make_app")


def app_in(modules: Modules, module: Module) -> AppRef | str:
    """The app of *module*, or why it has none."""
    if module.fault:
        return module.fault
    named = _named_app(modules, module)
    if named:
        return named
    apps = _apps(modules, module)
    if len(apps) == 1:
        return apps[0]
    if apps:
        return f"{module.path}: several apps: {', '.join(app.name for app in apps)}"
    return _factory(modules, module)


def _named_app(modules: Modules, module: Module) -> AppRef | None:
    for name in _NAMES:
        binding = module.bindings.get(name)
        kind = kind_of_wrapped(modules, module, binding) if binding else None
        if kind:
            return _ref(module, name, kind)
        # A module called wsgi exists for nothing but its app, whatever makes that.
        interface = module.name.rpartition(".")[2]
        if isinstance(binding, ast.Call) and interface in {"wsgi", "asgi"}:
            return _ref(module, name, Kind(interface, interface, module))
    return None


def _apps(modules: Modules, module: Module) -> list[AppRef]:
    kinds = {name: kind_of(modules, module, binding) for name, binding in module.bindings.items()}
    return [_ref(module, name, kind) for name, kind in kinds.items() if kind and kind.call]


def _factory(modules: Modules, module: Module) -> AppRef | str:
    reason = "no app, application, create_app() or make_app()"
    for name in _FACTORIES:
        found = modules.lookup(modules.trace(f"{module.name}.{name}"))
        if found is None or not isinstance(found[1], ast.FunctionDef):
            continue
        wanted = required_arguments(found[1])
        if not wanted:
            return _ref(module, name, kind_of_factory(modules, found[0], found[1]), factory=True)
        reason = f"{name}() wants arguments: {', '.join(wanted)}"
    return f"{module.path}: {reason}"


def _ref(module: Module, name: str, kind: Kind | None, *, factory: bool = False) -> AppRef:
    framework, interface = (kind.framework, kind.interface) if kind else ("wsgi", "wsgi")
    return AppRef(module.name, name, factory, module.directory, framework, interface, module.path)
