"""Several reporters of one run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploytasks.agent.engine.events import Event
    from deploytasks.report.recap import Recap
    from deploytasks.report.reporter import Reporter


class SeveralReporters:
    """*first* draws the run; the *others* are told the same after it, and one that raises is told nothing more."""

    def __init__(self, first: Reporter, others: Sequence[Reporter]) -> None:
        self._first = first
        self._others = list(others)

    def begin(self, command: str, hosts: Sequence[str]) -> None:
        """*command* starts on *hosts*."""
        self._first.begin(command, hosts)
        self._tell(lambda reporter: reporter.begin(command, hosts))

    def event(self, host: str, event: Event) -> None:
        """*host* said something."""
        self._first.event(host, event)
        self._tell(lambda reporter: reporter.event(host, event))

    def tick(self) -> None:
        """Nothing was said for about a second."""
        self._first.tick()
        self._tell(lambda reporter: reporter.tick())

    def recap(self, recap: Recap) -> None:
        """The run ended."""
        self._first.recap(recap)
        self._tell(lambda reporter: reporter.recap(recap))

    def _tell(self, what: Callable[[Reporter], None]) -> None:
        for reporter in [*self._others]:
            try:
                with redirect_stdout(sys.stderr):  # What is shown has standard output for itself.
                    what(reporter)
            except Exception as error:  # noqa: BLE001 - whatever somebody's own code raises is told
                self._others.remove(reporter)
                name = type(reporter).__name__
                sys.stderr.write(f"the reporter {name} is told no more: {type(error).__name__}: {error}\n")
