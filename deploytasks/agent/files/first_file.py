"""A file that is put where nothing is yet."""

from __future__ import annotations

import os
from typing import ClassVar, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import State
from deploytasks.agent.files.file import File
from deploytasks.agent.frozen import frozen


@frozen
class FirstFile(File):
    """Something is at *path*; a ``File`` is put where nothing is.

    From then on it is somebody else's: no later plan changes it, and no rollback.
    """

    rolls_back: ClassVar[bool] = False

    def inspect(self, machine: Machine) -> State:
        return self.desired() if os.path.lexists(machine.path(self.path)) else None

    def lacks(self, machine: Machine) -> Tuple[str, ...]:
        return () if os.path.lexists(machine.path(self.path)) else super().lacks(machine)
