"""The Docker engine of a host."""

from __future__ import annotations

from typing import ClassVar, Tuple

from deploytasks.agent.docker.engine import OLDEST_COMPOSE, answers, has_compose
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.packages import apt
from deploytasks.agent.services import systemd
from deploytasks.agent.services.last_words import last_words

UNIT = "docker.service"
ANSWER_TIMEOUT_S = 60.0


@frozen
class DockerEngine(Resource):
    """A Docker engine answers.

    It is the one that is there, whoever installed it, else that of the distribution's *packages*.

    With *compose*, packages too, there is Compose. Like a package both stay when a deploy fails.
    """

    reversible: ClassVar[bool] = False
    packages: Tuple[str, ...]
    compose: Tuple[str, ...] = ()

    def desired(self) -> State:
        return {"answers": True, **({"has compose": True} if self.compose else {})}

    def inspect(self, machine: Machine) -> State:
        found = {"answers": answers(machine)}
        return {**found, "has compose": has_compose(machine)} if self.compose else found

    def apply(self, machine: Machine, change: Change) -> None:
        if "has compose" in change.keys:
            self._have_compose(machine)
        if "answers" in change.keys:
            self._start(machine)

    def _have_compose(self, machine: Machine) -> None:
        apt.install(machine, self.compose)
        if not has_compose(machine):
            raise StepError(
                "this distribution's docker-compose is older than %d.%d; "
                "install Compose 2 (docker-compose-plugin), or use app_runtime=docker" % OLDEST_COMPOSE
            )

    def _start(self, machine: Machine) -> None:
        if not (machine.has("docker") and machine.has("dockerd")):
            apt.install(machine, self.packages)
        systemd.start_at_boot(machine, [UNIT])
        systemd.start(machine, [UNIT])
        if not machine.wait_until(lambda: answers(machine), ANSWER_TIMEOUT_S):
            raise StepError("the Docker engine does not answer", last_words(machine, UNIT))
