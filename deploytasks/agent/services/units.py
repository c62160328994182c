"""The units of a machine that systemd runs."""

from __future__ import annotations

from typing import Iterable, Optional, Sequence

from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.regex import regex
from deploytasks.agent.services import systemd
from deploytasks.agent.services.survey import Survey

ASKING = ("systemctl", "systemd-run")
AWAY = regex(
    r"Transport endpoint is not connected|Failed to connect to bus: (?!No such file|Host is down|No medium)|"
    r"Connection (?:reset by peer|refused|timed out)|disconnected from message bus without replying|"
    r"Remote peer disconnected|Failed to activate service 'org\.freedesktop\.systemd1'"
)
"""What systemctl(1) says while systemd starts itself anew (``daemon-reexec``), as an upgrade of it has it do."""
OF_INSTANCES = "@"
"""Stands in the names of those whose end a run waits for, as it may start them again."""


class SystemdUnits:
    """``Units`` as systemd has them; what it says is asked once for many, and holds until something is changed."""

    def __init__(self, machine: Machine) -> None:
        self.survey: Optional[Survey] = None
        self._machine = machine

    def look_at(self, names: Iterable[str]) -> None:
        """Asks systemd once, of all of them."""
        self.survey = Survey(self._machine, names)

    def look_anew(self) -> None:
        """What systemd has said is dropped."""
        self.survey = None

    def is_up(self, name: str) -> bool:
        """Whether systemd has it active."""
        return systemd.is_active(self._machine, name)

    def start(self, names: Sequence[str], timeout_s: float = systemd.SETTLED_S) -> None:
        """Each is judged when the job that starts it has ended."""
        systemd.start(self._machine, names, timeout_s)

    def let_leave(self, names: Sequence[str]) -> bool:
        """Asks systemd until none of the instances is deactivating."""
        instances = [name for name in names if OF_INSTANCES in name]
        return bool(instances) and systemd.let_leave(self._machine, instances)


def is_answered(done: Completed) -> bool:
    """Whether systemd was there to be asked; what a program says that it runs for us is not its own."""
    asks_systemd = done.argv[0] in ASKING and "--pipe" not in done.argv
    return not (asks_systemd and AWAY.search(done.stderr))
