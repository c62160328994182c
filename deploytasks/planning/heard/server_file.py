"""What a file of settings says that a server reads by itself."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from deploytasks.planning.deployment import module_of
from deploytasks.planning.heard.statement import Heard
from deploytasks.planning.role import role_name
from deploytasks.planning.wanted_parts import has_own_command, server_of
from deploytasks.source.processes.image_path import path_in_source
from deploytasks.source.processes.web_line import find_web_line

if TYPE_CHECKING:
    from pathlib import Path

    from deploytasks.inventory import Host


def of_server_file(host: Host, directory: Path) -> Heard:
    """A note of each setting in the file that a release makes itself."""
    role = None if has_own_command(host, directory) else _role_with_file(host)
    if role is None:
        return
    named = host.variables.get(f"{role_name(role)}_config_file")
    path = role.file_named(named) if isinstance(named, str) else role.usual_file
    path = _found(host, directory, path) if path else ""
    if not path:
        return
    from deploytasks.source.code.python_settings import read_python_settings

    reasons = {**role.managed, **role.unheard}
    for name, assigned in read_python_settings(directory / path).items():
        if name in reasons and assigned.value != "-" and f"{role_name(role)}_{name}" not in host.variables:
            yield f"{path}:{assigned.line}: {name} is not used: {reasons[name]}"


def _found(host: Host, directory: Path, path: str) -> str:
    """Where in the source the file is: from where imports start, or where the server is started."""
    line = find_web_line(directory)
    command = line.read(directory) if line else None
    starts = (host.variables.get("app_directory"), command and command.app and command.app.directory, ".")
    found = (path_in_source(directory, path, start) for start in starts if isinstance(start, str))
    return next(filter(None, found), "")


def _role_with_file(host: Host) -> Any | None:
    """The role of the app's server, where that reads a file of settings by itself."""
    wanted = server_of(host)
    with suppress(ImportError):
        role = import_module(module_of(wanted))
        return role if hasattr(role, "usual_file") else None
    return None
