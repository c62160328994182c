"""A runtime that stands on systemd: with it alone, with Supervisor, Docker and Compose."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ContextManager, Dict, FrozenSet, List, Optional, Sequence, Set

from deploytasks.agent.disk.entry import remove_entry
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.runtime.runtime import Due, UnitState
from deploytasks.agent.services import systemd
from deploytasks.agent.services.last_words import last_words
from deploytasks.agent.services.unit import DIRECTORY
from deploytasks.agent.services.units import SystemdUnits

if TYPE_CHECKING:
    import subprocess

    from deploytasks.agent.release.layout import App, Release
    from deploytasks.agent.release.runtime.runtime import Log, Vigil

WANTS = tuple("%s/%s.target.wants" % (DIRECTORY, target) for target in ("multi-user", "sockets", "timers"))
"""What starts at boot has a link in one of these."""
ASKED = (
    *("ActiveState", "LoadState", "MainPID", "NRestarts", "Result", "ControlGroup"),
    "ActiveEnterTimestampMonotonic",
)


class SystemdRuntime(SystemdUnits):
    """``Runtime`` on systemd."""

    def state(self, unit: str) -> UnitState:
        """What systemd shows of the unit."""
        found = systemd.show(self._machine, unit, *ASKED)
        return UnitState(
            unit,
            found.get("ActiveState", "unknown"),
            found.get("LoadState", "not-found") != "not-found",
            int(found.get("MainPID") or 0),
            float(found.get("ActiveEnterTimestampMonotonic") or 0) / 1e6,
            int(found.get("NRestarts") or 0),
            found.get("Result") or "success",
            found.get("ControlGroup", ""),
        )

    def states(self, *patterns: str) -> Dict[str, str]:
        """The units that systemd lists."""
        return systemd.states(self._machine, *patterns)

    def staying(self, patterns: Sequence[str], besides: Sequence[str] = ()) -> List[str]:
        """Those of them without a job that stops them."""
        return systemd.staying(self._machine, patterns, besides)

    def at_boot(self) -> Set[str]:
        """The links of systemd's targets."""
        return {unit for wants in WANTS for unit in self._names_in(wants)}

    def defined(self) -> List[str]:
        """The files of units in /etc/systemd/system."""
        return sorted(self._names_in(DIRECTORY))

    def due(self, timer: str) -> Due:
        """What systemd shows of the timer."""
        shown = systemd.show(self._machine, timer, "LastTriggerUSec", "NextElapseUSecRealtime")
        return Due(_moment(shown.get("LastTriggerUSec")), _moment(shown.get("NextElapseUSecRealtime")))

    def workers(self, state: UnitState) -> FrozenSet[str]:
        """The processes of the unit, or of its container, that run the server's own program."""
        from deploytasks.agent.release.runtime.workers import workers

        return workers(self._machine, state.unit, str(state.pid), state.group)

    def vigil(self, unit: str, *, has_workers: bool = True) -> Vigil:
        """Looks at the unit's main process, its restarts and its first workers."""
        from deploytasks.agent.release.runtime.vigil import UnitVigil

        return UnitVigil(self._machine, unit, has_workers=has_workers)

    def last_words(self, unit: str, *, crashed: bool = False) -> str:
        """From the journal's entries of the unit."""
        return last_words(self._machine, unit, crashed=crashed)

    def log(self, app: App) -> Log:
        """The journal's entries of the app's slice."""
        from deploytasks.agent.release.runtime.app_log import AppLog

        return AppLog(self._machine, app)

    def let_start(self, names: Sequence[str]) -> None:
        """The units' starts are awaited, and not judged."""
        systemd.let_start(self._machine, names)

    def stop(self, names: Sequence[str], within_s: Optional[float] = None) -> None:
        """SIGTERM to each unit's main process, SIGKILL when its time is over."""
        if not names:
            return
        if within_s is None:
            systemd.stop(self._machine, names)
        else:
            systemd.stop_within(self._machine, names, within_s)
        systemd.forget_failures(self._machine, names)

    def restart(self, names: Sequence[str]) -> None:
        """The units are stopped and started by one job each; a socket is no part of that."""
        done = systemd.restart(self._machine, names, systemd.LONGEST_STOP_S)
        if done.ok:
            return
        said = "\n".join(filter(None, (self.last_words(name, crashed=True) for name in names)))
        # systemd tries on by itself, but no more often than it may: that is forgotten.
        systemd.forget_failures(self._machine, names)
        systemd.let_start(self._machine, names, await_end=False)
        raise StepError("%s did not start anew" % ", ".join(names), said or done.output)

    def retire(self, release: Release) -> None:
        """Links are removed here: systemd removes none of a unit that another runtime no longer defines."""
        from deploytasks.agent.release.runtime.surroundings import surroundings_of

        for unit in release.units:
            for wants in WANTS:
                remove_entry(self._machine.path("%s/%s" % (wants, unit)))
        known = systemd.states(self._machine, *release.units)
        up = [unit for unit in release.units if known.get(unit) in systemd.UP]
        surroundings_of(self._machine, release).retire(self._machine, up)

    def drain(self, socket: str, timeout_s: float) -> int:
        """The kernel's table of sockets is read until nobody is connected."""
        from deploytasks.agent.release.runtime.drain import drain

        return drain(self._machine, self._machine.path(socket), timeout_s)

    def scale(self, unit: str, number: int, known: int) -> int:
        """SIGTTIN and SIGTTOU to the unit's main process, the server."""
        from deploytasks.agent.release.runtime.web_workers import WebWorkers

        return WebWorkers(self._machine, unit).become(number, known)

    def start_at_boot(self, names: Sequence[str], *, enabled: bool = True) -> None:
        """The units are enabled or disabled."""
        systemd.start_at_boot(self._machine, names, enabled=enabled)

    def undefine(self, names: Sequence[str]) -> None:
        """The units' files are removed."""
        for name in names:
            remove_entry(self._machine.path("%s/%s" % (DIRECTORY, name)))
        systemd.read_unit_files(self._machine)

    def execute(
        self, release: Release, command: str, stdin: int, stdout: int, stderr: int
    ) -> ContextManager[subprocess.Popen[bytes]]:
        """A unit of its own, in the surroundings of the app's processes."""
        from deploytasks.agent.release.runtime.execution import execution

        return execution(self._machine, release, command, stdin=stdin, stdout=stdout, stderr=stderr)

    def _names_in(self, directory: str) -> List[str]:
        try:
            return os.listdir(self._machine.path(directory))
        except (FileNotFoundError, NotADirectoryError):
            return []


def _moment(shown: Optional[str]) -> Optional[str]:
    """``Sun 2026-11-22 00:00:00 UTC``, as systemd shows it, in the form of all times here; None for no time."""
    words = (shown or "").split()
    return "%sT%sZ" % (words[1], words[2]) if len(words) == 4 else None
