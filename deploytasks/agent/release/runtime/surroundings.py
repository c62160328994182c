"""What a release's processes have around them: the host itself, or a container; as far as it makes a difference here.

What a part of systemd's runtime has to do otherwise in the one than in the other is said here, and nowhere else.
"""

from __future__ import annotations

from typing import List, Protocol, Sequence

from deploytasks.agent.disk.entry import read_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import Release
from deploytasks.agent.release.runtime.environment import in_app_environment
from deploytasks.agent.release.runtime.in_container import has_containers, in_container
from deploytasks.agent.release.sandbox import restrictions
from deploytasks.agent.services import systemd

COMMAND = "DEPLOYTASKS_COMMAND"
"""The variable by which a command of the shell is handed on, as arguments are for everybody to read."""


class Surroundings(Protocol):
    """Those of a release's processes."""

    def execute(self, machine: Machine, name: str, *options: str) -> List[str]:
        """The argv that a program's own follows, in a unit *name* with *options*."""

    def hands_on(self, machine: Machine) -> bool:
        """Whether the variable COMMAND reaches the program."""

    def retire(self, machine: Machine, up: Sequence[str]) -> None:
        """The instance's units that are *up* end, and nobody remembers how badly."""


@frozen
class OnHost:
    """*release*'s processes run on the host itself."""

    release: Release

    def execute(self, machine: Machine, name: str, *options: str) -> List[str]:
        """A unit of its own beside the app's, with its user, variables and restrictions."""
        del name
        app = self.release.app
        return in_app_environment(app, self.release, *restrictions(machine, app.name), *options)

    def hands_on(self, machine: Machine) -> bool:
        """A program on the host has the variables of its unit."""
        del machine
        return True

    def retire(self, machine: Machine, up: Sequence[str]) -> None:
        """It is told to end, which the app's next run waits for."""
        if up:
            systemd.let_stop(machine, up)
        else:
            systemd.forget_failures(machine, self.release.units)


@frozen
class InContainers:
    """*release*'s processes run in a container each."""

    release: Release

    def execute(self, machine: Machine, name: str, *options: str) -> List[str]:
        """A container of its own, from the release's image."""
        del machine
        return in_container(self.release.app, self.release, name, *options)

    def hands_on(self, machine: Machine) -> bool:
        """The program that starts containers hands it on; those of old releases do not."""
        program = read_entry(machine.path(self.release.container)) or {}
        return COMMAND in program.get("content", "")

    def retire(self, machine: Machine, up: Sequence[str]) -> None:
        """Its end is awaited: the container's image and networks may be the next to go."""
        systemd.stop(machine, up)
        systemd.forget_failures(machine, self.release.units)


def surroundings_of(machine: Machine, release: Release) -> Surroundings:
    """Those that *release* was deployed with."""
    return InContainers(release) if has_containers(machine, release) else OnHost(release)
