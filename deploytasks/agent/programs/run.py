"""A program that is run when a step has changed."""

from __future__ import annotations

from typing import Dict, List, Sequence, Tuple

from deploytasks.agent.accounts.accounts import account
from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.engine.resource import Action
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen

KEPT_LINES = 20


@frozen
class Run(Action):
    """*argv* is run in *cwd* as *user* (root when empty).

    *env* is added to the agent's environment.

    *env* is pairs of name and value; it is in no message and in no process's arguments.
    An exit status other than 0, or no end after *timeout_s* seconds, is a failure.
    """

    argv: Tuple[str, ...]
    env: Tuple[Tuple[str, str], ...] = ()
    cwd: str = "/"
    user: str = ""
    timeout_s: float = 600.0

    def run(self, machine: Machine) -> None:
        done = self.ask(machine, self.argv)
        if not done.ok:
            output = "\n".join(done.output.splitlines()[-KEPT_LINES:])
            raise StepError("%s ended with %d" % (" ".join(self.argv), done.status), output)

    def ask(self, machine: Machine, argv: Sequence[str]) -> Completed:
        """How *argv* ends when it is run as ``run`` would run this one's."""
        return machine.ask([*self._prefix(machine), *argv], self._environment(machine), self.timeout_s)

    def _prefix(self, machine: Machine) -> List[str]:
        # The directory is entered as the user, who may see what root over NFS may not, and the reverse.
        as_user = ["runuser", "-u", self.user, "--"] if self.user else []
        return [*as_user, "env", "--chdir", machine.path(self.cwd), "--"]

    def _environment(self, machine: Machine) -> Dict[str, str]:
        found = account(machine, self.user) if self.user else None
        own = {"HOME": found.home, "USER": found.name, "LOGNAME": found.name} if found else {}
        return {**own, **dict(self.env)}
