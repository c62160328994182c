"""The protocol of reporters, and the one that says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploytasks.agent.engine.events import Event
    from deploytasks.report.recap import Recap


class Reporter(Protocol):
    """Draws a run while it happens.

    It is called from one thread, and never raises because a reader is gone.
    """

    def begin(self, command: str, hosts: Sequence[str]) -> None:
        """*command* starts on *hosts*; called once, first."""

    def event(self, host: str, event: Event) -> None:
        """*host* said something; called in the order of arrival."""

    def tick(self) -> None:
        """Nothing was said for about a second; the run goes on."""

    def recap(self, recap: Recap) -> None:
        """The run ended, whichever way; called once, last."""


class QuietReporter:
    """Says nothing: the library's default."""

    def begin(self, command: str, hosts: Sequence[str]) -> None:
        """Nothing is said."""

    def event(self, host: str, event: Event) -> None:
        """Nothing is said."""

    def tick(self) -> None:
        """Nothing is said."""

    def recap(self, recap: Recap) -> None:
        """Nothing is said."""
