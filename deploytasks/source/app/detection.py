"""Finding the app of a source: what the user says, else Procfile, Django's settings, Flask's own rules.

Nothing is imported or run; the modules are read as text.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from deploytasks.errors import SourceError, VariableError
from deploytasks.source.app.app_check import checked
from deploytasks.source.app.django import find_django
from deploytasks.source.app.flask_rules import app_in
from deploytasks.source.app.server_call import served_in
from deploytasks.source.code.app_ref import AppRef, parse_callable
from deploytasks.source.code.modules import Modules
from deploytasks.source.processes.procfile import NAME as PROCFILE
from deploytasks.source.processes.web_line import find_web_line
from deploytasks.source.text_file import text_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

_FILES = ("wsgi", "app", "asgi", "main")
_IN_PACKAGE = (".wsgi", "", ".app", ".asgi", ".main")
_ADVICE = "set app_callable=MODULE:NAME or MODULE:FACTORY(), e.g. app_callable=shop.web:create_app()"


def detect_callable(
    directory: Path,
    explicit: str | None = None,
    installed: Collection[str] = (),
    where: str = "app_callable",
    below: str = "",
) -> AppRef:
    """The app of the source *directory*: *explicit* if given, else the one that is found.

    Imports start at *below*, a directory of it; where that is empty, at its root or in ``src``.

    *installed* are the names of required packages, one of which an explicit app may live in.
    Raises ``VariableError``, beginning with *where*, for an explicit app that cannot be right, and
    ``SourceError``, listing all that was looked at, when none is found.
    """
    modules = Modules(directory, (below,)) if below else Modules(directory)
    if explicit is None:
        return _found(modules)
    given = parse_callable(explicit, where)
    if not modules.find(given.module) and _may_be_installed(given.module, installed):
        return given
    try:
        return checked(modules, given)
    except SourceError as error:
        raise VariableError(str(error)) from error


def _may_be_installed(module: str, installed: Collection[str]) -> bool:
    """Whether some package could hold *module*; apache-superset holds superset."""
    top = module.partition(".")[0].replace("_", "-").lower()
    return any(top == name or top in name.split("-") for name in installed)


def _found(modules: Modules) -> AppRef:
    reasons = []
    for rule in _RULES:
        found = rule(modules)
        if isinstance(found, AppRef):
            return found
        reasons.append(found)
    looked = "\n".join(filter(None, dict.fromkeys(reasons))).replace("\n", "\n  ")
    raise SourceError(f"{modules.root}: no web app found; looked at\n  {looked}\n{_ADVICE}")


def _by_web_line(modules: Modules) -> AppRef | str:
    line = find_web_line(modules.root)
    if line is None:
        return f"{PROCFILE}: no such file, or no web process in it"
    found = line.read(modules.root)
    if found is None or found.app is None:
        return f"{line}: no known WSGI or ASGI server: {line.text}"
    try:
        return checked(modules, found.app)
    except SourceError as error:
        if line.is_binding:
            raise
        return str(error)


def _by_django(modules: Modules) -> AppRef | str:
    project = find_django(modules)
    if project is None:
        return "manage.py: no such file, or no DJANGO_SETTINGS_MODULE in it"
    usual = f"{project.package}.wsgi.application"
    module, _, name = project.text("WSGI_APPLICATION", usual).rpartition(".")
    if not modules.find(module):
        return f"manage.py: its settings are {project.settings}, but there is no module {module}"
    return checked(modules, AppRef(module, name, found="manage.py"))


def _by_flaskenv(modules: Modules) -> AppRef | str:
    found = next(_flask_apps(modules.root), None)
    if found is None:
        return ".flaskenv and .env: no such file, or no FLASK_APP in it"
    file, app = found
    where = f"{file}: FLASK_APP={app}"
    target, _, name = app.partition(":")
    modules, module = _flask_module(modules, target)
    if name:
        return _named_by_flaskenv(modules, f"{module}:{name}", where)
    named = modules.find(module)
    return app_in(modules, named) if named else f"{where}: no such module"


def _flask_apps(root: Path) -> Iterator[tuple[str, str]]:
    """Each file of an environment that says FLASK_APP, and what it says, as python-dotenv reads it."""
    for file in (".flaskenv", ".env"):
        path = root / file
        text = text_in(path, "replace") if path.is_file() else ""
        if "FLASK_APP" in text:
            from dotenv.parser import parse_stream

            bindings = parse_stream(io.StringIO(text))
            yield from ((file, one.value) for one in bindings if one.key == "FLASK_APP" and one.value)


def _named_by_flaskenv(modules: Modules, spec: str, where: str) -> AppRef:
    try:
        return checked(modules, parse_callable(spec, where))
    except VariableError as error:
        raise SourceError(str(error)) from error


def _flask_module(modules: Modules, target: str) -> tuple[Modules, str]:
    """The module that ``FLASK_APP`` names by its path or dotted name, and where it is imported from."""
    if not target.endswith(".py") and "/" not in target:
        return modules, target
    path = PurePosixPath(target.removesuffix(".py").removesuffix("/__init__"))
    parts = [path.name]
    while path.parent.name and (modules.root / path.parent / "__init__.py").is_file():
        path = path.parent
        parts.insert(0, path.name)
    return modules.below(path.parent.as_posix()), ".".join(parts)


def _by_usual_files(modules: Modules) -> AppRef | str:
    absent = [f"{name}.py" for name in _FILES if not modules.find(name)]
    found = _first_app(modules, _FILES)
    if isinstance(found, AppRef) or not absent:
        return found
    return "\n".join(filter(None, [found, f"{', '.join(absent)}: no such file"]))


def _by_server_call(modules: Modules) -> AppRef | str:
    """The app that a file runs by itself: ``uvicorn.run("shop.web:app")``."""
    reasons = []
    for name in _FILES:
        module = modules.find(name)
        for spec, factory in served_in(modules.root / module.path) if module else ():
            try:
                ref = checked(modules, parse_callable(spec, module.path if module else ""))
            except (SourceError, VariableError) as error:
                reasons.append(str(error))
            else:
                return replace(ref, factory=factory or ref.factory)
    return "\n".join(reasons)


def _by_packages(modules: Modules) -> AppRef | str:
    reasons, apps = [], []
    for package in modules.packages():
        found = _first_app(modules, [package.name + part for part in _IN_PACKAGE])
        if isinstance(found, AppRef):
            apps.append(found)
        else:
            reasons.append(found)
    if len(apps) == 1:
        return apps[0]
    if apps:
        return f"packages: several hold an app: {', '.join(map(str, apps))}"
    return "\n".join(reasons) or "packages here and in src/: none"


def _first_app(modules: Modules, names: Iterable[str]) -> AppRef | str:
    """The app of the first of these modules that has one, or why none has."""
    reasons = []
    for name in names:
        module = modules.find(name)
        found = app_in(modules, module) if module else ""
        if isinstance(found, AppRef):
            return found
        reasons.append(found)
    return "\n".join(filter(None, reasons))


_RULES: tuple[Callable[[Modules], AppRef | str], ...] = (
    _by_web_line,
    _by_django,
    _by_flaskenv,
    _by_usual_files,
    _by_server_call,
    _by_packages,
)
