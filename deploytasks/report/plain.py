"""Lines of text for a pipe, a file or the log of a CI run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploytasks.report.closing import closing_page, full_row
from deploytasks.report.narration import Narration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploytasks.agent.conversation.events import Event
    from deploytasks.report.outlet import Outlet
    from deploytasks.report.recap import Recap


class PlainReporter:
    """A line per step that changed or failed, a row per host at the end; no colour, nothing redrawn."""

    def __init__(self, outlet: Outlet, *, show_diff: bool = False) -> None:
        self._outlet = outlet
        self._told = False
        self._narration = Narration(show_diff=show_diff)

    def begin(self, command: str, hosts: Sequence[str]) -> None:  # noqa: ARG002 (the protocol's)
        self._narration = self._narration.among(hosts)

    def event(self, host: str, event: Event) -> None:
        lines = [*self._narration.lines(host, event)]
        self._told = self._told or bool(lines)
        self._outlet.write_lines(lines)

    def recap(self, recap: Recap) -> None:
        page = closing_page(recap, full_row)
        if page and self._told:
            self._outlet.write("\n")
        for part in page:
            self._outlet.write_lines(part.lines())
