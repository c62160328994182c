"""What a project says to the web server that it starts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from deploytasks.inventory.origin import SOURCE, Origin, Setting
from deploytasks.planning.deployment import KINDS, module_of
from deploytasks.planning.heard.server_settings import each_of, variables_of
from deploytasks.planning.heard.statement import Heard, Statement, Variable
from deploytasks.planning.wanted_parts import has_own_command, server_of
from deploytasks.source.processes.image_path import path_in_source
from deploytasks.source.processes.procfile import NAME as PROCFILE
from deploytasks.source.processes.procfile import read_procfile
from deploytasks.source.processes.web_command import COLLECTS, makes_files
from deploytasks.source.processes.web_line import find_web_line

if TYPE_CHECKING:
    from pathlib import Path

    from deploytasks.inventory import Host
    from deploytasks.source.processes.web_command import Said, WebCommand
    from deploytasks.source.processes.web_line import WebLine


def of_web_line(host: Host, directory: Path) -> Heard:
    """The variables of the command line by which the project starts its web server."""
    line = find_web_line(directory)
    if line is None:
        return
    where = Origin(line.file, line.number, SOURCE)
    command = line.read(directory)
    if command is None:
        instead = f"app_server={server_of(host)} serves the app in its place"
        yield f"{where}: {line.text!r} starts no server of ours; {instead}"
    elif not has_own_command(host, directory):
        yield from _of_what_is_around(host, line, command, where, directory)
        yield from _of_command(host, line, command, where, directory)
    elif line.is_binding:
        yield f"{where}: not used: the image's own command starts web"


def _of_command(host: Host, line: WebLine, command: WebCommand, where: Origin, directory: Path) -> Heard:
    if not command.role:
        server = server_of(host)
        yield f"{where}: {command.program} is none of the servers; app_server={server} serves the app in its place"
    elif (other := _another_server(host, command.role)) is not None:
        yield f"{where}: what it says to {command.program} is not used: {other}"
    else:
        yield Variable("app_server", Setting(command.role, where))
        role = import_module(module_of(command.role))
        settings = _with_file_of_the_source(command, line, role, directory)
        if "config" in command.settings.keys() - settings.keys():
            yield f"{where}: not used: config ({command.settings['config']} is not in the source)"
        statements = (Statement(where, name, value) for name, value in settings.items())
        yield from variables_of(role, [*_of_ini(directory, command), *statements])


def _with_file_of_the_source(command: WebCommand, line: WebLine, role: Any, root: Path) -> dict[str, Said]:
    """The settings of *command*, in which a file of settings is one of the source; an image's own is left out."""
    settings = dict(command.settings)
    named = settings.get("config")
    if isinstance(named, str) and hasattr(role, "file_named"):
        below = command.app.directory if command.app else line.directory
        found = path_in_source(root, role.file_named(named), below)
        if found and named.startswith("/"):
            settings["config"] = found
        elif not (found or line.is_binding):
            del settings["config"]
    return settings


def _another_server(host: Host, role: str) -> str | None:
    """Who says that the app has another server than *role*; None where nobody does."""
    chosen = host.variables.get("app_server")
    if chosen not in (None, role):
        return f"{host.origin('app_server') or host.name} has app_server={chosen}"
    (kind,) = (one for one in KINDS if one.variable == "server")
    own = next(filter(kind.is_a, host.own_roles), None)
    return f"the tasks file has a server of its own, {own.__name__}" if own and chosen is None else None


def _of_what_is_around(
    host: Host, web: WebLine, command: WebCommand, where: Origin, directory: Path
) -> Heard:
    """What runs before the server, and what stands before it on its own line."""
    run = _run_at_deploys(host, directory)
    for line in command.before:
        if COLLECTS not in line and line not in run:
            yield f"{where}: {line!r} is not run: {_instead_of(line, web)}"
    if command.prefix:
        yield Variable("app_command_prefix", Setting(list(command.prefix), where))
    if command.unused:
        words = " ".join(command.unused)
        yield f"{where}: {words!r} before {command.program} is not used; app_command_prefix would keep it"
    for name in command.environment:
        yield f"{where}: {name}=... before {command.program} is not used; write it into app_env"


def _run_at_deploys(host: Host, directory: Path) -> str:
    """The release command, and what is built before."""
    processes, built = host.variables.get("app_processes"), host.variables.get("app_build")
    release = processes.get("release") if isinstance(processes, dict) else ""
    return f"{release or read_procfile(directory).get('release', '')}\n{built or ''}"


def _instead_of(line: str, web: WebLine) -> str:
    if makes_files(line):
        return f"app_build={[line]} runs it when a release is made"
    if web.file == PROCFILE:
        return f"write it into the Procfile as release: {line}"
    return f"app_processes={json.dumps({'release': line})} runs it before a release serves"


def _of_ini(directory: Path, command: WebCommand) -> Iterator[Statement]:
    """The options in the file that a command line of uWSGI names, mounts together."""
    named = command.settings.get("ini")
    if not isinstance(named, str) or command.role != "uwsgi":
        return
    below = command.app.directory if command.app else "."
    from deploytasks.source.processes.uwsgi_ini import read_uwsgi_ini

    said: dict[str, Statement] = {}
    for option in read_uwsgi_ini(directory / below / named):
        name = option.name.replace("-", "_")
        before = said.get(name)
        values = (*each_of(before.value), option.value) if before else option.value
        said[name] = Statement(Origin(named, option.line, SOURCE), name, values)
    yield from said.values()
