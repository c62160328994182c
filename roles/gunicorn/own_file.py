"""The configuration file that an app brings for gunicorn: which one, and what its text says."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.roles.gunicorn.settings import Vars

USUAL = "gunicorn.conf.py"
"""The one that gunicorn finds by itself, in the directory in which it is started."""
OF_A_MODULE = "python:"


def own_file(host: Host, v: Vars) -> str:
    """The path of the file, from where the app's imports start; empty where there is none.

    It may be beside them, or at the root of the source, from where gunicorn was started with --chdir.
    Raises ``VariableError`` for one that was named and is not in the source.
    """
    project = deployment_of(host).project
    named = USUAL if v.config_file is None else file_of(v.config_file)
    for below in dict.fromkeys((project.callable.directory, ".")):
        if named and (project.source.directory / below / named).is_file():
            return posixpath.relpath(posixpath.join(below, named), project.callable.directory)
    if v.config_file is None or not named:
        return ""
    origin = host.origin("gunicorn_config_file") or host.name
    start = project.source.directory / project.callable.directory
    raise VariableError(f"{origin}: gunicorn_config_file: {v.config_file!r} is not in {start}")


def file_of(named: str) -> str:
    """The path that *named* means, as gunicorn's ``--config`` has it: ``file:``, ``python:MODULE`` or a path."""
    if named.startswith(OF_A_MODULE):
        return named.removeprefix(OF_A_MODULE).replace(".", "/") + ".py"
    return named.removeprefix("file:").removeprefix("./")


def said_in_file(host: Host, v: Vars) -> Mapping[str, Any]:
    """What the file sets, by name, None where that is computed; nothing where there is no file."""
    named = own_file(host, v)
    return deployment_of(host).project.settings_in(named) if named else {}
