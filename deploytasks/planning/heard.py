"""What an app's source says of the variables of its host: heard where the inventory is silent.

The author of a project has said in its Procfile, or in a file of its server, how it wants to be served. Each such
statement becomes a variable of the lowest precedence, whose origin is its line; one that no variable takes is a note
that names it, its place and the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks.here import expanded
from deploytasks.inventory.origin import SOURCE, Origin, Setting
from deploytasks.planning.deployment import KINDS, module_of
from deploytasks.planning.role import role_name
from deploytasks.planning.server_settings import Statement, Variable, each_of, variables_of
from deploytasks.source.procfile import NAME as PROCFILE
from deploytasks.source.procfile import line_of, read_procfile
from deploytasks.source.python_settings import read_python_settings
from deploytasks.source.unused import OF_A_RUNTIME, OF_A_SERVER, read_aptfile, unused_files
from deploytasks.source.uwsgi_ini import read_uwsgi_ini
from deploytasks.source.web_command import read_web_command

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.source.web_command import WebCommand

WEB = "web"
GUNICORN = "gunicorn"
COMPILES = ("babel", "compile", "npm", "yarn", "pnpm", "tailwind", "webpack", "vite", "collectstatic")
"""Words of commands that make files of the app, which are of a release before it is served."""


Heard = Iterator[Variable | str]
"""Variables, and a note of each thing that becomes none."""


def heard(host: Host) -> Host:
    """*host* with what its app's source says where nobody else does, and with notes of what is not used.

    Raises ``SourceError`` for a command line, or a file that it names, that cannot be read.
    """
    directory = _directory(host)
    if directory is None:
        return host
    host = _with(host, _of_procfile(host, directory))
    host = _with(host, _of_usual_file(host, directory))
    host = _with(host, _of_aptfile(directory))
    return _with(host, _of_unused_files(host, directory))


def _with(host: Host, found: Heard) -> Host:
    """*host* with what was *found* where it says nothing itself."""
    said = [*found]
    settings = {one.name: one.setting for one in said if isinstance(one, Variable)}
    notes = tuple(dict.fromkeys((*host.notes, *(one for one in said if isinstance(one, str)))))
    silent = {name: setting for name, setting in settings.items() if name not in host.variables}
    return replace(host.with_settings(silent) if silent else host, notes=notes)


def _directory(host: Host) -> Path | None:
    named = host.variables.get("app_source", ".")
    found = expanded(named) if isinstance(named, str) else None
    return found if found and found.is_dir() else None


def _of_procfile(host: Host, directory: Path) -> Heard:
    line = read_procfile(directory).get(WEB)
    if line:
        where = Origin(PROCFILE, line_of(directory, WEB), SOURCE)
        command = read_web_command(line, directory, str(where))
        yield from (
            _of_command(host, command, where, directory) if command else _of_no_server(host, line, where)
        )


def _of_usual_file(host: Host, directory: Path) -> Heard:
    """What a file of settings says that the server reads by itself, or was told of, and that a release cannot take."""
    role = None if _has_own_command(host, directory) else _role_with_file(host)
    if role is None:
        return
    named = host.variables.get(f"{role_name(role)}_config_file")
    path = role.file_named(named) if isinstance(named, str) else role.usual_file
    if not path or not (directory / path).is_file():
        return
    reasons = {**role.managed, **role.unheard}
    for name, assigned in read_python_settings(directory / path).items():
        if name in reasons and assigned.value != "-" and f"{role_name(role)}_{name}" not in host.variables:
            yield f"{path}:{assigned.line}: {name} is not used: {reasons[name]}"


def _of_aptfile(directory: Path) -> Heard:
    packages = read_aptfile(directory)
    if packages:
        yield Variable("app_packages", Setting([*packages], Origin("Aptfile", 1, SOURCE)))


def _of_unused_files(host: Host, directory: Path) -> Heard:
    """Files by which others deploy the project; of those that *app_unused* names nothing is told."""
    known = host.variables.get("app_unused", ())
    used = {
        *OF_A_SERVER.get(str(host.variables.get("app_server", GUNICORN)), ()),
        *OF_A_RUNTIME.get(str(host.variables.get("app_runtime")), ()),
        *(origin.file for origin in host.origins.values() if origin.level == SOURCE),
        *(known if isinstance(known, list | tuple) else ()),
    }
    left = "; ".join(unused_files(directory, frozenset(map(str, used))))
    if left:
        yield f"not used: {left}"


def _role_with_file(host: Host) -> Any | None:
    """The role of the app's server, where that reads a file of settings by itself."""
    wanted = str(host.variables.get("app_server", GUNICORN))
    with suppress(ImportError):
        role = import_module(module_of(wanted))
        return role if hasattr(role, "usual_file") else None
    return None


def _of_no_server(host: Host, line: str, where: Origin) -> Heard:
    server = host.variables.get("app_server", "gunicorn")
    yield f"{where}: {line!r} starts no server of ours; app_server={server} serves the app in its place"


def _of_command(host: Host, command: WebCommand, where: Origin, directory: Path) -> Heard:
    if _has_own_command(host, directory):
        yield f"{where}: not used: the image's own command starts web"
        return
    yield from _of_what_is_around(command, where, directory)
    if not command.role:
        server = host.variables.get("app_server", "gunicorn")
        yield f"{where}: {command.program} is none of the servers; app_server={server} serves the app in its place"
    elif (other := _another_server(host, command.role)) is not None:
        yield f"{where}: what it says to {command.program} is not used: {other}"
    else:
        yield Variable("app_server", Setting(command.role, where))
        role = import_module(module_of(command.role))
        statements = (Statement(where, name, value) for name, value in command.settings.items())
        yield from variables_of(role, [*_of_ini(directory, command), *statements])


def _has_own_command(host: Host, directory: Path) -> bool:
    """Whether web is started as an image of the project's own says."""
    runtime = host.variables.get("app_runtime")
    dockerfile = host.variables.get("docker_dockerfile", "Dockerfile")
    return runtime == "compose" or (runtime == "docker" and (directory / str(dockerfile)).is_file())


def _another_server(host: Host, role: str) -> str | None:
    """Who says that the app has another server than *role*; None where nobody does."""
    chosen = host.variables.get("app_server")
    if chosen not in (None, role):
        return f"{host.origin('app_server') or host.name} has app_server={chosen}"
    (kind,) = (one for one in KINDS if one.variable == "server")
    own = next(filter(kind.is_a, host.own_roles), None)
    return f"the tasks file has a server of its own, {own.__name__}" if own and chosen is None else None


def _of_what_is_around(command: WebCommand, where: Origin, directory: Path) -> Heard:
    """What runs before the server, and what stands before it on its own line."""
    release = read_procfile(directory).get("release", "")
    for line in command.before:
        if line not in release:
            yield f"{where}: {line!r} is not run: {_instead_of(line)}"
    if command.prefix:
        yield Variable("app_command_prefix", Setting(list(command.prefix), where))
    if command.unused:
        words = " ".join(command.unused)
        yield f"{where}: {words!r} before {command.program} is not used; app_command_prefix would keep it"
    for name in command.environment:
        yield f"{where}: {name}=... before {command.program} is not used; write it into app_env"


def _instead_of(line: str) -> str:
    if any(word in line for word in COMPILES):
        return f"app_build={[line]} runs it when a release is made"
    return f"write it into the Procfile as release: {line}"


def _of_ini(directory: Path, command: WebCommand) -> Iterator[Statement]:
    """The options in the file that a command line of uWSGI names, mounts together."""
    named = command.settings.get("ini")
    if not isinstance(named, str) or command.role != "uwsgi":
        return
    below = command.app.directory if command.app else "."
    said: dict[str, Statement] = {}
    for option in read_uwsgi_ini(directory / below / named):
        name = option.name.replace("-", "_")
        before = said.get(name)
        values = (*each_of(before.value), option.value) if before else option.value
        said[name] = Statement(Origin(named, option.line, SOURCE), name, values)
    yield from said.values()
