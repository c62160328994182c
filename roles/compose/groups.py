"""Which services of a compose file are the app's own, and change with its releases, and which stay beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from deploytasks.roles.compose.values import definitions, text

if TYPE_CHECKING:
    from deploytasks.roles.compose.file import ComposeFile, Definition

STARTED, HEALTHY = "service_started", "service_healthy"
COMPLETED = "service_completed_successfully"
ENGINES_OWN = frozenset({"bridge", "host", "none"})


def beside(file: ComposeFile, web: str, processes: Mapping[str, object]) -> dict[str, Definition]:
    """The services that live across releases: all but *web*, those of *processes*, and those with profiles.

    Raises ``VariableError`` for one that is built as *web* is and no process of the app.
    """
    return dict(_beside(file, web, processes))


def _beside(file: ComposeFile, web: str, processes: Mapping[str, object]) -> Iterator[tuple[str, Definition]]:
    for name, definition in file.services.items():
        if name == web or name in processes or definition.get("profiles"):
            continue
        if _is_like(definition, file.services[web]):
            raise file.refuse(
                "services",
                f"{name} is built as {web} is, so it changes with each release; make it a process of the app, "
                f'such as app_processes={{"{name}": "its command"}} or a line of the Procfile, '
                f'or leave it out with app_processes={{"{name}": None}}',
            )
        yield name, definition


def _is_like(definition: Definition, web: Definition) -> bool:
    return any(definition.get(key) and definition.get(key) == web.get(key) for key in ("build", "image"))


def networks_of(definition: Definition) -> dict[str, dict[str, object]]:
    """The networks of a service by name, with what it says of itself in them; none for one of the engine's own."""
    if definition.get("network_mode"):
        return {}
    return definitions(definition.get("networks"), "networks") or {"default": {}}


def needs_of(file: ComposeFile, service: str) -> dict[str, str]:
    """What *service* depends on, and the condition in which that is to be; raises ``VariableError``."""
    with file.refusing("services", service):
        found = definitions(file.services[service].get("depends_on"), "depends_on")
        return {name: text(said.get("condition", STARTED)) for name, said in found.items()}


def name_on_host(file: ComposeFile, section: str, app: str, name: str) -> str:
    """What the engine calls a network or a volume of *file*."""
    definition = getattr(file, section).get(name) or {}
    external = definition.get("external")
    if isinstance(external, dict):
        return str(external.get("name", name))
    return str(definition.get("name") or (name if external else f"{app}_{name}"))
