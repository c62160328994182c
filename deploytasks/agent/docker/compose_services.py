"""The services of a compose file that live across the releases of an app."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import Any, Dict, List, Optional, Tuple

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.disk.entry import read_entry, remove_entry, write_file
from deploytasks.agent.docker.compose import (
    DEFINITION_LABEL,
    ONCE_LABEL,
    compose,
    containers_of,
    end_services,
    environment_in,
    networks_in,
    networks_of,
    remove_networks,
    services_in,
    services_of,
)
from deploytasks.agent.docker.engine import docker
from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen

RIGHTS = {"mode": "0600"}
SHOWN_LINES = "20"
FIRST_MOMENTS_S = 2.0
"""What ends at once has ended by then."""


@frozen
class ComposeServices(Resource):
    """The services of the compose file *path* run in *project*.

    The file holds *content*, which is JSON.

    Only those are made anew whose definition, by a label of theirs, is another one; in *timeout_s* seconds each has
    to run, and to be healthy if it says when it is. Variables in the file are those of the files *environment*,
    a pattern. Services that it no longer has run on, as the release that still serves may need them; with None for
    its *content* there is no file. With *digest* in place of *content* the content is the blob of that SHA-256.
    """

    project: str
    path: str
    content: Optional[str]
    environment: str = ""
    timeout_s: float = 120.0
    digest: str = ""

    def desired(self) -> State:
        if self.content is None and not self.digest:
            return None
        return {"file": self.digest or _digest(self.content or ""), "not running": []}

    def inspect(self, machine: Machine) -> State:
        found = read_entry(machine.path(self.path))
        if found is None or found["kind"] != "file":
            return None
        return {
            "file": found["digest"],
            "content": found["content"],
            "not running": self._not_running(machine),
        }

    def apply(self, machine: Machine, change: Change) -> None:
        after, path = change.after, machine.path(self.path)
        is_undone = after != self.desired()
        if after is None:
            if is_undone:
                self._end(machine, sorted(services_in(path)))
                made = set(networks_of(machine, self.project)) & set(networks_in(path))
                remove_networks(machine, sorted(made))
            remove_entry(path)
            return
        content = after["content"] if is_undone else self._content(machine)
        if is_undone:
            self._end(machine, sorted(set(services_in(path)) - set(services_of(content))))
        else:
            self._require_understood(machine, content)
        write_file(path, content.encode("utf-8", "surrogateescape"), RIGHTS)
        self._start(
            machine, [name for name in self._not_running(machine) if name not in after["not running"]]
        )
        self._end(machine, after["not running"])

    def lacks(self, machine: Machine) -> Tuple[str, ...]:
        if not self.digest or machine.blobs.find(self.digest):
            return ()
        found: Dict[str, Any] = read_entry(machine.path(self.path)) or {}
        return () if found.get("digest") == self.digest else (self.digest,)

    def sealed(self) -> Tuple[Resource, Dict[str, bytes]]:
        if self.content is None:
            return self, {}
        content = self.content.encode("utf-8", "surrogateescape")
        return replace(self, content=None, digest=digest_of(content)), {digest_of(content): content}

    def _content(self, machine: Machine) -> str:
        if self.content is not None:
            return self.content
        blob = machine.blobs.find(self.digest)
        if blob is None:
            found: Dict[str, Any] = read_entry(machine.path(self.path)) or {}
            if found.get("digest") == self.digest:
                return str(found["content"])
        return machine.blobs.read(self.digest).decode("utf-8", "surrogateescape")

    def _not_running(self, machine: Machine) -> List[str]:
        """The services that have no container of their definition that runs, or has done what it was to do."""
        wanted = services_in(machine.path(self.path))
        there = containers_of(machine, self.project) if wanted else {}
        return sorted(name for name, service in wanted.items() if not _is_up(service, there.get(name)))

    def _start(self, machine: Machine, names: List[str]) -> None:
        if not names:
            return
        machine.say("starting %s" % ", ".join(names))
        self._ask(machine, "up", "--detach", "--no-build", *names)
        if not machine.wait_until(lambda: not self._waiting(machine, names), self.timeout_s, every_s=0.5):
            raise self._failed(machine, self._waiting(machine, names))
        if machine.wait_until(lambda: bool(self._broken(machine, names)), FIRST_MOMENTS_S):
            raise self._failed(machine, self._broken(machine, names) or names)

    def _waiting(self, machine: Machine, names: List[str]) -> List[str]:
        """Those of *names* that may still become what they shall be."""
        there, wanted = containers_of(machine, self.project), services_in(machine.path(self.path))
        return [name for name in names if name in there and _is_on_its_way(wanted[name], there[name])]

    def _broken(self, machine: Machine, names: List[str]) -> List[str]:
        """Those of *names* that do not run, or had to be started again."""
        there, down = containers_of(machine, self.project), self._not_running(machine)
        return [name for name in names if name in down or there[name].get("RestartCount")]

    def _failed(self, machine: Machine, names: List[str]) -> StepError:
        name = names[0]
        container = self._at_rest(machine, name)
        if container is None:
            return StepError("the service %s has no container" % name)
        state = container["State"]
        health = (state.get("Health") or {}).get("Status", "running")
        how = "is %s after %g s" % (health, self.timeout_s)
        if state["Status"] != "running":
            how = "ends, with exit code %d" % state["ExitCode"]
        elif container.get("RestartCount"):
            how = "does not keep running; it was started %d times" % (container["RestartCount"] + 1)
        said = docker(machine, "logs", "--tail", SHOWN_LINES, container["Id"])
        return StepError("the service %s %s" % (name, how), said.output)

    def _at_rest(self, machine: Machine, name: str) -> Optional[Dict[str, Any]]:
        """The container of *name*; if it ends again and again, between two runs: only there has it an exit code."""
        seen: List[Optional[Dict[str, Any]]] = []

        def is_at_rest() -> bool:
            seen[:] = [containers_of(machine, self.project).get(name)]
            return not (seen[0] and seen[0].get("RestartCount") and seen[0]["State"]["Status"] == "running")

        machine.wait_until(is_at_rest, FIRST_MOMENTS_S)
        return seen[0]

    def _end(self, machine: Machine, names: List[str]) -> None:
        end_services(machine, self.project, names)

    def _require_understood(self, machine: Machine, content: str) -> None:
        """Compose takes *content* before anything is touched."""
        with tempfile.NamedTemporaryFile(prefix="deploytasks-", suffix=".json") as file:
            file.write(content.encode("utf-8", "surrogateescape"))
            file.flush()
            done = self._compose(machine, file.name, "config", "--quiet")
        if not done.ok:
            raise StepError("Compose does not take these services", done.output)

    def _ask(self, machine: Machine, *words: str) -> None:
        done = self._compose(machine, machine.path(self.path), *words)
        if not done.ok:
            raise StepError("Compose could not do its work: %s" % " ".join(words), done.output)

    def _compose(self, machine: Machine, path: str, *words: str) -> Completed:
        environment = environment_in(machine, self.environment) if self.environment else {}
        return compose(machine, self.project, path, environment, *words)


def _digest(content: str) -> str:
    return digest_of(content.encode("utf-8", "surrogateescape"))


def _is_up(service: Dict[str, Any], container: Optional[Dict[str, Any]]) -> bool:
    if container is None:
        return False
    labels = service.get("labels") or {}
    if container["Config"]["Labels"].get(DEFINITION_LABEL) != labels.get(DEFINITION_LABEL):
        return False
    state = container["State"]
    has_done = ONCE_LABEL in labels and state["Status"] == "exited" and state["ExitCode"] == 0
    return bool(state["Running"] and not state.get("Restarting")) or has_done


def _is_on_its_way(service: Dict[str, Any], container: Dict[str, Any]) -> bool:
    state = container["State"]
    if not state["Running"]:
        return False
    is_once = ONCE_LABEL in (service.get("labels") or {})
    return is_once or (state.get("Health") or {}).get("Status", "healthy") != "healthy"
