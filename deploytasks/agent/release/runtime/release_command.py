"""What an app does once before a release of it serves, such as migrating a database."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import ClassVar, List, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Action
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.runtime.runtime import runtime_of
from deploytasks.agent.release.sandbox import restrictions


@frozen
class ReleaseCommand(Action):
    """*argv* starts *unit*, waits for it, and must end with 0.

    It ends with the exit status of *unit*.

    With *confined*, an app's name, *argv* begins with what makes *unit*, and the program is restricted as the app's own
    processes are, but that it may write to the paths *writes*.
    It is stopped when the run is, or after *timeout_s* seconds. Its last words tell why it failed.
    """

    survives_failure: ClassVar[bool] = False
    lasts: ClassVar[bool] = True
    argv: Tuple[str, ...]
    unit: str
    timeout_s: float = 3600.0
    confined: str = ""
    writes: Tuple[str, ...] = ()

    def run(self, machine: Machine) -> None:
        runtime = runtime_of(machine)
        with subprocess.Popen(
            self._argv(machine),
            env=dict(machine.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as child:
            try:
                ended = machine.wait_until(lambda: child.poll() is not None, self.timeout_s)
            finally:
                if child.poll() is None:
                    with suppress(StepError):
                        runtime.stop([self.unit])
            complaint = child.stderr.read().decode("utf-8", "replace") if child.stderr else ""
        if not ended:
            raise StepError("no end after %g s" % self.timeout_s, runtime.last_words(self.unit))
        if child.returncode:
            raise StepError("it ended with %d" % child.returncode, runtime.last_words(self.unit) or complaint)

    def _argv(self, machine: Machine) -> List[str]:
        program, *words = self.argv
        if not self.confined:
            return [program, *words]
        places = [word for path in self.writes for word in ("-p", "ReadWritePaths=" + path)]
        return [program, *restrictions(machine, self.confined), *places, *words]
