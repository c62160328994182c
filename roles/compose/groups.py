"""Which services of a compose file are the app's own, and change with its releases, and which stay beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from deploytasks.roles.compose.values import definitions

if TYPE_CHECKING:
    from deploytasks.roles.compose.file import ComposeFile, Definition

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
    return definitions(definition.get("networks")) or {"default": {}}


def name_on_host(file: ComposeFile, section: str, app: str, name: str) -> str:
    """What the engine calls a network or a volume of *file*."""
    definition = getattr(file, section).get(name) or {}
    external = definition.get("external")
    if isinstance(external, dict):
        return str(external.get("name", name))
    return str(definition.get("name") or (name if external else f"{app}_{name}"))
