"""The Python modules of a source, read as text and never imported: what each binds at its top level."""

from __future__ import annotations

import ast
import posixpath
from dataclasses import field, replace
from typing import TYPE_CHECKING, TypeAlias

from deploytasks.agent.frozen import frozen
from deploytasks.source.code.syntax import syntax_of
from deploytasks.source.text_file import bytes_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

ROOTS = (".", "src")
"""Where imports may start: the source itself, or the ``src`` layout."""

_NO_APPS = frozenset({"test", "tests", "docs", "examples"})
_CHAIN = 8


@frozen
class Imported:
    """A name that comes from elsewhere: *name* of *module*, or the module itself."""

    module: str
    name: str = ""

    @property
    def origin(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module


Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Binding: TypeAlias = Imported | Function | ast.ClassDef | ast.expr


@frozen
class Module:
    """One module: *path* is relative to the source, *directory* is the root of imports it was found under.

    *stars* are the modules that it imports all names of. *dynamic*: it may have names that its text does not
    show. *fault*: why the text could not be read.
    """

    name: str
    path: str
    directory: str
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    stars: tuple[str, ...] = ()
    dynamic: bool = False
    fault: str = ""

    @property
    def is_package(self) -> bool:
        return posixpath.basename(self.path) == "__init__.py"

    @property
    def package(self) -> str:
        """What its relative imports are relative to."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    def origin(self, node: ast.expr) -> str:
        """The full dotted name behind a name or an attribute; empty for any other expression."""
        if isinstance(node, ast.Attribute):
            base = self.origin(node.value)
            return f"{base}.{node.attr}" if base else ""
        if not isinstance(node, ast.Name):
            return ""
        binding = self.bindings.get(node.id)
        return binding.origin if isinstance(binding, Imported) else f"{self.name}.{node.id}"

    def within(self, function: Function) -> Module:
        """The module as the body of *function* sees it."""
        return replace(self, bindings={**self.bindings, **_bindings(function.body, self.package)})


class Modules:
    """The modules of the source at *root* that ``import`` finds in *directories*; each is read once."""

    def __init__(self, root: Path, directories: tuple[str, ...] = ROOTS) -> None:
        self.root = root
        self.directories = directories
        self._read: dict[str, Module | None] = {}

    def below(self, directory: str) -> Modules:
        """The modules that ``import`` finds in *directory* of the source."""
        return Modules(self.root, (directory,))

    def find(self, name: str) -> Module | None:
        """The module called *name*, or None."""
        if name not in self._read:
            found = (self._module(name, directory) for directory in self.directories)
            self._read[name] = next(filter(None, found), None)
        return self._read[name]

    def lookup(self, origin: str, seen: frozenset[str] = frozenset()) -> tuple[Module, Binding] | None:
        """What the dotted name *origin* is bound to in the source, itself perhaps an import.

        Modules that import all names of each other are asked once each: *seen* were already.
        """
        name, _, attribute = origin.rpartition(".")
        module = self.find(name) if name else None
        if module is None:
            return None
        if attribute in module.bindings:
            return module, module.bindings[attribute]
        seen |= {name}
        others = (self.lookup(f"{star}.{attribute}", seen) for star in module.stars if star not in seen)
        return next(filter(None, others), None)

    def trace(self, origin: str) -> str:
        """The dotted name that *origin* is another name for, through the imports of the source."""
        for _ in range(_CHAIN):
            found = self.lookup(origin)
            if not found or not isinstance(found[1], Imported):
                break
            origin = found[1].origin
        return origin

    def packages(self) -> Iterator[Module]:
        """The packages at the roots of imports, by name; tests are no candidates."""
        for directory in self.directories:
            for init in sorted((self.root / directory).glob("*/__init__.py")):
                module = self.find(init.parent.name)
                if module and module.name not in _NO_APPS:
                    yield module

    def _module(self, name: str, directory: str) -> Module | None:
        base = posixpath.normpath(posixpath.join(directory, *name.split(".")))
        paths = (f"{base}/__init__.py", f"{base}.py")
        path = next((path for path in paths if (self.root / path).is_file()), None)
        return _parsed(self.root, Module(name, path, directory)) if path else None


def _parsed(root: Path, module: Module) -> Module:
    try:
        tree = syntax_of(bytes_in(root / module.path), module.path)
    except SyntaxError as error:
        return replace(module, dynamic=True, fault=f"{module.path}:{error.lineno}: {error.msg}")
    except (ValueError, OSError) as error:
        return replace(module, dynamic=True, fault=f"{module.path}: {error}")
    bindings = _bindings(tree.body, module.package)
    return replace(
        module,
        bindings=bindings,
        stars=tuple(
            _absolute(node, module.package)
            for node in statements(tree.body)
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        ),
        dynamic="__getattr__" in bindings or any(map(_calls_globals, ast.walk(tree))),
    )


def _calls_globals(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"globals", "exec"}
    )


def _bindings(body: Iterable[ast.stmt], package: str) -> dict[str, Binding]:
    bindings: dict[str, Binding] = {}
    for node in statements(body):
        for name, binding in _bound_by(node, package):
            if name not in bindings or not _keeps(name, binding):
                bindings[name] = binding
    return bindings


def _keeps(name: str, binding: Binding) -> bool:
    """Whether a bound *name* stays what it was: ``flask = None`` in a fallback, ``app = ProxyFix(app)``."""
    if isinstance(binding, ast.Call) and binding.args:
        return isinstance(binding.args[0], ast.Name) and binding.args[0].id == name
    return isinstance(binding, ast.Constant)


def statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run at import, those in branches included."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and _is_main_guard(node.test):
            yield from statements(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for block in ("body", "orelse", "finalbody"):
                yield from statements(getattr(node, block, ()))
            for handler in getattr(node, "handlers", ()):
                yield from statements(handler.body)


def _is_main_guard(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _bound_by(node: ast.stmt, package: str) -> Iterator[tuple[str, Binding]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name, node
    elif isinstance(node, ast.Assign):
        yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and node.value and isinstance(node.target, ast.Name):
        yield node.target.id, node.value
    elif isinstance(node, ast.Import):
        for alias in node.names:
            yield (alias.asname, Imported(alias.name)) if alias.asname else _top_of(alias.name)
    elif isinstance(node, ast.ImportFrom):
        module = _absolute(node, package)
        names = (alias for alias in node.names if alias.name != "*")
        yield from ((alias.asname or alias.name, Imported(module, alias.name)) for alias in names)


def _top_of(name: str) -> tuple[str, Imported]:
    top = name.partition(".")[0]
    return top, Imported(top)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)
