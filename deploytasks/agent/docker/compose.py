"""Compose on the agent's own host: version 2, the engine's plugin, or version 1, a program of its own."""

from __future__ import annotations

import glob
import json
from typing import Any, Dict, Iterable, List, Mapping

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.docker.engine import ADDRESS, CLIENT, docker
from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.services.environment_file import decode_env

DEFINITION_LABEL = "deploytasks.definition"
"""The label of a service's containers with the digest of the definition that they were made from."""
ONCE_LABEL = "deploytasks.once"
"""The label of services that run to their end, and then are as they shall be."""
PROJECT, SERVICE = "com.docker.compose.project", "com.docker.compose.service"
UP_TIMEOUT_S = 900.0


def compose(machine: Machine, project: str, path: str, env: Mapping[str, str], *words: str) -> Completed:
    """How ``docker compose WORDS`` ends for *project*, whose compose file is at *path*; *env* has its variables."""
    program = (
        [*CLIENT, "compose"]
        if docker(machine, "compose", "version").ok
        else ["docker-compose", "--host", ADDRESS]
    )
    argv = [*program, "--project-name", project, "--file", path, *words]
    return machine.ask(argv, {**env, "COMPOSE_INTERACTIVE_NO_CLI": "1"}, UP_TIMEOUT_S)


def containers_of(machine: Machine, project: str) -> Dict[str, Dict[str, Any]]:
    """The containers of *project* by service, as the engine describes them; the one that runs before any that ended."""
    listing = docker(machine, "ps", "--all", "--quiet", "--filter", "label=%s=%s" % (PROJECT, project))
    names = listing.stdout.split() if listing.ok else []
    if not names:
        return {}
    found = docker(machine, "inspect", "--type", "container", *names)
    described = json.loads(found.stdout or "[]")
    described.sort(key=lambda container: bool(container["State"]["Running"]))
    return {container["Config"]["Labels"][SERVICE]: container for container in described}


def replicas_of(machine: Machine, project: str, service: str) -> List[str]:
    """The numbers of all containers of one *service* of *project*."""
    labels = ("label=%s=%s" % (PROJECT, project), "label=%s=%s" % (SERVICE, service))
    filters = [word for label in labels for word in ("--filter", label)]
    return docker(machine, "ps", "--all", "--quiet", *filters).stdout.split()


def networks_of(machine: Machine, project: str) -> List[str]:
    """The names of the networks that Compose made for *project*."""
    label = "label=%s=%s" % (PROJECT, project)
    listing = docker(machine, "network", "ls", "--filter", label, "--format", "{{.Name}}")
    return listing.stdout.split() if listing.ok else []


def services_in(path: str) -> Dict[str, Dict[str, Any]]:
    """The services that the compose file at *path* defines; none when there is no such file, or it is broken."""
    return services_of(_text(path))


def services_of(text: str) -> Dict[str, Dict[str, Any]]:
    """The services that *text* defines as a compose file in JSON; none when it is broken."""
    return _section(text, "services")


def networks_in(path: str) -> List[str]:
    """What the engine calls the networks that the compose file at *path* makes."""
    return [network["name"] for network in _section(_text(path), "networks").values() if "name" in network]


def end_services(machine: Machine, project: str, services: Iterable[str]) -> None:
    """No container of *services* is there; no compose file is asked, so that a broken one is no hindrance."""
    for service in services:
        for container in replicas_of(machine, project, service):
            docker(machine, "stop", container, timeout_s=UP_TIMEOUT_S)
            _remove(machine, "container", container)


def remove_networks(machine: Machine, names: Iterable[str]) -> None:
    """The networks *names* are gone."""
    for name in names:
        _remove(machine, "network", name)


def _remove(machine: Machine, kind: str, name: str) -> None:
    done = docker(machine, kind, "rm", name)
    if not done.ok:
        raise StepError("the %s %s could not be removed" % (kind, name), done.output)


def environment_in(machine: Machine, pattern: str) -> Dict[str, str]:
    """The variables in the files that *pattern* names, as ``glob`` takes it; those of later names win."""
    found: Dict[str, str] = {}
    for path in sorted(glob.glob(machine.path(pattern))):
        with reading(path) as file:
            found.update(decode_env(file.read()))
    return found


def _text(path: str) -> str:
    try:
        with reading(path, errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def _section(text: str, name: str) -> Dict[str, Dict[str, Any]]:
    try:
        document = json.loads(text)
    except ValueError:
        return {}
    found = document.get(name) if isinstance(document, dict) else None
    items = found.items() if isinstance(found, dict) else ()
    return {key: definition for key, definition in items if isinstance(definition, dict)}
