"""What an app's source says of the variables of its host: heard where the inventory is silent.

The author of a project has said in its Procfile, or in a file of its server, how it wants to be served. Each such
statement becomes a variable of the lowest precedence, whose origin is its line; one that no variable takes is a note
that names it, its place and the reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from deploytasks.here import expanded
from deploytasks.planning.heard.environment import of_environment
from deploytasks.planning.heard.project_files import (
    of_aptfile,
    of_dockerfile,
    of_flaskenv,
    of_indexes,
    of_unused_files,
)
from deploytasks.planning.heard.server_file import of_server_file
from deploytasks.planning.heard.statement import Variable
from deploytasks.planning.heard.web_line import of_web_line

if TYPE_CHECKING:
    from pathlib import Path

    from deploytasks.inventory import Host
    from deploytasks.planning.heard.statement import Heard

__all__ = ["heard"]


def heard(host: Host) -> Host:
    """*host* with what its app's source says where nobody else does, and with notes of what is not used.

    Raises ``SourceError`` for a command line, or a file that it names, that cannot be read.
    """
    directory = _directory(host)
    for listen in (
        of_web_line,
        of_server_file,
        of_aptfile,
        of_indexes,
        of_flaskenv,
        of_environment,
        of_dockerfile,
        of_unused_files,
    ):
        host = _with(host, listen(host, directory)) if directory else host
    return host


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
