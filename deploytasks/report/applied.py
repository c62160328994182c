"""The view of a run that a program of somebody's own has begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploytasks.agent.engine.events import Event
    from deploytasks.report.recap import Recap
    from deploytasks.report.reporter import Reporter

APPLY = "apply"


class AppliedReporter:
    """Has *shown* call the run ``apply``: which command was typed for it, nobody here knows."""

    def __init__(self, shown: Reporter) -> None:
        self._shown = shown

    def begin(self, command: str, hosts: Sequence[str]) -> None:
        """The run starts on *hosts*."""
        del command
        self._shown.begin(APPLY, hosts)

    def event(self, host: str, event: Event) -> None:
        """*host* said something."""
        self._shown.event(host, event)

    def tick(self) -> None:
        """Nothing was said for about a second."""
        self._shown.tick()

    def recap(self, recap: Recap) -> None:
        """The run ended."""
        self._shown.recap(replace(recap, command=APPLY))
