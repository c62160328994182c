"""A compose file: the project's own, or one that is made of the inventory's ``compose_services``."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.agent.release.runtime.process_units import nearest
from deploytasks.errors import VariableError
from deploytasks.inventory.documents.document import Entries, parsed_document
from deploytasks.inventory.refused import Refused
from deploytasks.planning.deployment import deployment_of
from deploytasks.roles.compose.interpolation import resolved
from deploytasks.roles.compose.values import definitions, items, text

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.project import Project
    from deploytasks.roles.compose.settings import Vars

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""Where Compose looks, in this order."""
NAME = regex(r"[A-Za-z0-9][A-Za-z0-9._-]*")
SECTIONS = ("services", "networks", "volumes", "secrets", "configs")
WITHOUT_MEANING = frozenset({"version", "name"})
"""The project is called as the app is."""
OURS = "compose_services"
LEFT_TO_THE_HOST = "environment"

Definition = dict[str, Any]


@frozen
class ComposeFile:
    """The definitions of each section by name.

    *place* says where they were written; paths are relative to *directory*, which is one of the source.
    """

    place: str
    services: Mapping[str, Definition]
    directory: str = ""
    networks: Mapping[str, Definition] = field(default_factory=dict)
    volumes: Mapping[str, Definition] = field(default_factory=dict)
    secrets: Mapping[str, Definition] = field(default_factory=dict)
    configs: Mapping[str, Definition] = field(default_factory=dict)

    def path(self, written: str) -> str:
        """The path in the source that *written* is; raises ``ValueError`` for one that leads out of it."""
        path = posixpath.normpath(posixpath.join(self.directory, written))
        if path.startswith(("/", "..")):
            raise ValueError(f"{written} is not in the app's source; what the app needs has to be there")
        return "" if path == "." else path

    @contextmanager
    def refusing(self, *where: str) -> Iterator[None]:
        """A ``ValueError`` inside becomes the error that says *where* in the file."""
        try:
            yield
        except ValueError as error:
            raise self.refuse(*where, str(error)) from error

    def refuse(self, *where: str) -> VariableError:
        """The error that something *where* in the file, ending with what is wrong, cannot be kept."""
        return VariableError(": ".join((self.place, *where)))


def compose_file(host: Host, v: Vars) -> ComposeFile:
    """The file of the source, else what the inventory says; raises ``VariableError`` for what is no compose file."""
    project = deployment_of(host).project
    name = v.file or next((name for name in NAMES if text_at(project, name) is not None), None)
    if name is None:
        return _ours(host, v)
    if v.services:
        raise VariableError(f"{host.name}: compose_services: there is {name} in the source; write them there")
    found = _read(host, project, name)
    if v.web not in found.services:
        near = nearest(v.web, list(found.services))
        raise found.refuse("services", f"no {v.web}, the one that serves the app (compose_web); {near}")
    return found


def _read(host: Host, project: Project, name: str) -> ComposeFile:
    written = text_at(project, name)
    if written is None:
        raise VariableError(f"{host.name}: compose_file: there is no {name} in the app's source")
    place = f"{host.name}: {name}"
    try:
        document = _parsed(name, written)
    except Refused as refused:
        raise VariableError(f"{host.name}: {name}:{refused.line or 1}: {refused}") from refused
    unknown = [key for key in document if not _is_known(key)]
    if unknown:
        line = document[unknown[0]][1]
        raise VariableError(f"{host.name}: {name}:{line}: {_why_not(unknown[0])}")
    sections = {section: document.get(section, ({}, 1))[0] for section in SECTIONS}
    found = {section: _definitions(place, section, value) for section, value in sections.items()}
    return ComposeFile(place, **found, directory=posixpath.dirname(name))


@lru_cache(maxsize=8)
def _parsed(name: str, written: str) -> Entries:
    """The document, which the steps of one plan ask for many times; nobody changes it."""
    return parsed_document(name, written)


def _is_known(key: str) -> bool:
    return key in SECTIONS or key in WITHOUT_MEANING or key.startswith("x-")


def _why_not(key: str) -> str:
    if key == "include":
        return "include is not followed; write what it includes in this file"
    return f"unknown key {key}; {nearest(key, SECTIONS)}"


def _definitions(place: str, section: str, found: Any) -> dict[str, Definition]:
    place = f"{place}: {section}" if section else place
    if not isinstance(found or {}, dict):
        raise VariableError(f"{place}: expected a mapping of names to definitions")
    for name, definition in (found or {}).items():
        if not (isinstance(name, str) and NAME.fullmatch(name)):
            raise VariableError(f"{place}: {name!r} is no name; expected letters, digits and ._-")
        if not isinstance(definition or {}, dict):
            raise VariableError(f"{place}: {name}: expected a mapping")
    return {name: definition or {} for name, definition in (found or {}).items()}


def _ours(host: Host, v: Vars) -> ComposeFile:
    """The inventory's services, beside a web as the variables want it; networks and volumes go without saying."""
    place = f"{host.name}: {OURS}"
    file = ComposeFile(place, _definitions(place, "", {v.web: {}, **v.services}))
    networks: set[str] = set()
    volumes: set[str] = set()
    for name, definition in file.services.items():
        with file.refusing("services", name):
            networks |= {*definitions(definition.get("networks"), "networks")} - {"default"}
            volumes |= {*_volumes(definition)}
    return replace(
        file,
        networks={name: {} for name in sorted(networks)},
        volumes={name: {} for name in sorted(volumes)},
    )


def _volumes(definition: Definition) -> Iterator[str]:
    for volume in items(definition.get("volumes")):
        is_long = isinstance(volume, dict)
        source = text(volume.get("source", volume.get("src", "")) if is_long else volume).partition(":")[0]
        is_named = not is_long or volume.get("type", "volume") == "volume"
        if is_named and source and source[0] not in "./~$":
            yield source


def with_values(file: ComposeFile, known: Mapping[str, str]) -> ComposeFile:
    """*file* with the values of its variables, but for those in ``environment``; raises ``VariableError``."""
    sections: dict[str, Any] = {
        section: _value(file, (section,), getattr(file, section), known) for section in SECTIONS
    }
    return replace(file, **sections)


def _value(file: ComposeFile, where: tuple[str, ...], value: Any, known: Mapping[str, str]) -> Any:
    if where[0] == "services" and where[2:] == (LEFT_TO_THE_HOST,):
        return value
    if isinstance(value, dict):
        return {key: _value(file, (*where, key), item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(file, where, item, known) for item in value]
    if not isinstance(value, str):
        return value
    with file.refusing(*where):
        return resolved(value, known)


def text_at(project: Project, path: str) -> str | None:
    """What the file *path* of the source holds; None when there is none."""
    found = (entry for entry in project.source.manifest if entry.name == path)
    entry = next((entry for entry in found if not (entry.is_symlink or entry.is_directory)), None)
    return project.source.read(entry.digest).decode("utf-8", "replace") if entry else None
