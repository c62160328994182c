"""What systemd says of many units, asked once: each question costs a process, 10 ms, as much as an SSH round trip.

It holds as long as nothing is changed; the engine drops it before each change.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Dict, Iterable, Mapping, Optional, Sequence

if TYPE_CHECKING:
    from deploytasks.agent.engine.machine import Machine

PROPERTIES = (
    "Names",
    "LoadState",
    "ActiveState",
    "UnitFileState",
    "NRestarts",
    "MainPID",
    "ControlGroup",
    "Result",
    "ActiveEnterTimestampMonotonic",
)


class Survey:
    """The properties of *units*, which are names or patterns of those that are loaded (systemctl(1))."""

    def __init__(self, machine: Machine, units: Iterable[str]) -> None:
        self._machine = machine
        self._asked = sorted(units)
        self._found: Optional[Dict[str, Mapping[str, str]]] = None

    def show(self, unit: str, properties: Sequence[str]) -> Optional[Dict[str, str]]:
        """Those of *properties* that *unit* has; None when it was not found, or others are asked."""
        known = self._units.get(unit)
        if known is None or not set(PROPERTIES).issuperset(properties):
            return None
        return {name: known[name] for name in properties if name in known}

    def states(self, patterns: Sequence[str]) -> Optional[Dict[str, str]]:
        """As ``systemd.states`` has it; None when that is not known."""
        if not self._units or any(pattern not in self._asked for pattern in patterns):
            return None
        there = {name: known.get("ActiveState", "inactive") for name, known in self._units.items()}
        return {
            name: state
            for name, state in there.items()
            if state != "inactive" and any(fnmatchcase(name, pattern) for pattern in patterns)
        }

    @property
    def _units(self) -> Dict[str, Mapping[str, str]]:
        if self._found is None:
            self._found = self._ask() if self._asked else {}
        return self._found

    def _ask(self) -> Dict[str, Mapping[str, str]]:
        argv = ["systemctl", "show", "--property", ",".join(PROPERTIES), "--", *self._asked]
        done = self._machine.ask(argv)
        blocks = done.stdout.split("\n\n") if done.ok else []
        units = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in blocks]
        return {name: unit for unit in units for name in unit.get("Names", "").split()}
