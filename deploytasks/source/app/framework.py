"""What makes a web app: the frameworks' classes, and the factories and wrappers that lead to them."""

from __future__ import annotations

import ast
from itertools import chain
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.source.code.modules import Function, Imported, statements

if TYPE_CHECKING:
    from deploytasks.source.code.modules import Binding, Module, Modules

_MAKERS = {
    "flask.Flask": ("flask", "wsgi"),
    "flask.app.Flask": ("flask", "wsgi"),
    "apiflask.APIFlask": ("flask", "wsgi"),
    "flask_openapi3.OpenAPI": ("flask", "wsgi"),
    "quart.Quart": ("quart", "asgi"),
    "fastapi.FastAPI": ("fastapi", "asgi"),
    "fastapi.applications.FastAPI": ("fastapi", "asgi"),
    "starlette.applications.Starlette": ("starlette", "asgi"),
    "litestar.Litestar": ("litestar", "asgi"),
    "falcon.App": ("falcon", "wsgi"),
    "falcon.asgi.App": ("falcon", "asgi"),
    "cherrypy.Application": ("cherrypy", "wsgi"),
    "cherrypy.tree.mount": ("cherrypy", "wsgi"),
    "bottle.Bottle": ("bottle", "wsgi"),
    "bottle.default_app": ("bottle", "wsgi"),
    "django.core.wsgi.get_wsgi_application": ("django", "wsgi"),
    "django.core.asgi.get_asgi_application": ("django", "asgi"),
    "socketio.WSGIApp": ("wsgi", "wsgi"),
    "socketio.ASGIApp": ("asgi", "asgi"),
}
_WSGI_PARAMETERS, _ASGI_PARAMETERS = 2, 3
_DEPTH = 8


@frozen
class Kind:
    """The framework and interface of an app; *call* in *module* is where it is made, when that is known."""

    framework: str
    interface: str
    module: Module
    call: ast.Call | None = None


def kind_of(modules: Modules, module: Module, binding: Binding, depth: int = _DEPTH) -> Kind | None:
    """The app that *binding* of *module* is, or None when the text does not show one."""
    if not depth:
        return None
    if isinstance(binding, Imported):
        return _kind_of_origin(modules, binding.origin, depth)
    if isinstance(binding, ast.Name | ast.Attribute):
        local = module.bindings.get(binding.id) if isinstance(binding, ast.Name) else None
        if local:
            return kind_of(modules, module, local, depth - 1)
        return _kind_of_origin(modules, module.origin(binding), depth)
    if isinstance(binding, Function):
        return _plain_callable(module, binding)
    return _kind_of_call(modules, module, binding, depth - 1) if isinstance(binding, ast.Call) else None


def kind_of_wrapped(modules: Modules, module: Module, binding: Binding) -> Kind | None:
    """As ``kind_of``; middleware around an app (``ProxyFix(app)``) is an app too."""
    kind = kind_of(modules, module, binding)
    if kind is None and isinstance(binding, ast.Call) and binding.args:
        return kind_of_wrapped(modules, module, binding.args[0])
    return kind


def kind_of_factory(modules: Modules, module: Module, function: Function, depth: int = _DEPTH) -> Kind | None:
    """The app that calling *function* makes, or None when its text does not show one."""
    if not depth:
        return None
    scope = module.within(function)
    returned = [
        node.value for node in statements(function.body) if isinstance(node, ast.Return) and node.value
    ]
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    kinds = chain(
        (kind_of(modules, scope, value, depth - 1) for value in returned),
        (_made_here(modules, scope, call, depth - 1) for call in calls),
    )
    made = function.returns and _MAKERS.get(scope.origin(function.returns))
    return next(filter(None, kinds), Kind(*made, module) if made else None)


def required_arguments(function: Function) -> list[str]:
    """The names that a call of *function* must give."""
    positional = [*function.args.posonlyargs, *function.args.args]
    optional = len(function.args.defaults)
    pairs = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    keywords = [argument.arg for argument, default in pairs if default is None]
    return [argument.arg for argument in positional[: len(positional) - optional]] + keywords


def _kind_of_origin(modules: Modules, origin: str, depth: int) -> Kind | None:
    found = modules.lookup(modules.trace(origin))
    return kind_of(modules, *found, depth - 1) if found else None


def _kind_of_call(modules: Modules, module: Module, call: ast.Call, depth: int) -> Kind | None:
    made = _made_here(modules, module, call, depth)
    if made:
        return made
    origin = module.origin(call.func)
    local = module.bindings.get(call.func.id) if isinstance(call.func, ast.Name) else None
    found = (module, local) if isinstance(local, Function) else modules.lookup(modules.trace(origin))
    if found and isinstance(found[1], Function):
        return kind_of_factory(modules, found[0], found[1], depth)
    return None


def _made_here(modules: Modules, module: Module, call: ast.Call, depth: int) -> Kind | None:
    made = _maker(modules, module.origin(call.func), depth)
    return Kind(*made, module, call) if made else None


def _maker(modules: Modules, origin: str, depth: int) -> tuple[str, str] | None:
    """The framework of the class or function called *origin*: one of theirs, or a subclass in the source."""
    origin = modules.trace(origin)
    found = modules.lookup(origin)
    if not depth or not found or not isinstance(found[1], ast.ClassDef):
        return _MAKERS.get(origin)
    bases = (found[0].origin(base) for base in found[1].bases)
    return next((made for base in bases if (made := _maker(modules, base, depth - 1))), None)


def _plain_callable(module: Module, function: Function) -> Kind | None:
    # Servers give these by position.
    by_keyword = any(default is None for default in function.args.kw_defaults)
    count = 0 if by_keyword else len(required_arguments(function))
    if isinstance(function, ast.AsyncFunctionDef):
        return Kind("asgi", "asgi", module) if count == _ASGI_PARAMETERS else None
    return Kind("wsgi", "wsgi", module) if count == _WSGI_PARAMETERS else None
