"""Lines of text for the log of a service that runs pipelines: a group for each host."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from deploytasks.agent.engine.events import Ended
from deploytasks.report.mistake import mistakes_in
from deploytasks.report.plain import PlainReporter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from deploytasks.agent.engine.events import Event
    from deploytasks.report.mood import Mood
    from deploytasks.report.outlet import Outlet
    from deploytasks.report.page import Line
    from deploytasks.report.recap import Recap
    from deploytasks.report.service import Service


class GroupedReporter:
    """As `PlainReporter`; hosts at work at once have their lines kept, and shown in one piece when each is done.

    A single one is shown while it works. What failed is told to *service* as an annotation, too.
    """

    def __init__(self, outlet: Outlet, service: Service, *, show_diff: bool, mood: Mood) -> None:
        self._outlet = outlet
        self._service = service
        self._kept: dict[str, list[Line]] = defaultdict(list)
        self._alone = ""
        self._plain = PlainReporter(outlet, show_diff=show_diff, mood=mood, tell=self._tell)

    def begin(self, command: str, hosts: Sequence[str]) -> None:
        """*command* starts on *hosts*."""
        self._alone = hosts[0] if len(hosts) == 1 else ""
        self._plain.begin(command, hosts)
        if self._alone:
            self._outlet.command(self._service.group(self._alone))

    def event(self, host: str, event: Event) -> None:
        """*host* said something."""
        self._plain.event(host, event)
        if isinstance(event, Ended) and not self._alone:
            self._show(host)

    def tick(self) -> None:
        """What takes long is told at once, in no group."""
        self._plain.tick()

    def recap(self, recap: Recap) -> None:
        """The run ended."""
        for name in [*self._kept]:
            self._show(name)
        if self._alone:
            self._outlet.command(self._service.end_of_group(self._alone))
        self._plain.recap(recap)
        for name, host in recap.hosts.items():
            if not host.went_well:
                reason = host.error or host.outcome.value
                for mistake in mistakes_in(reason, title=f"{recap.command}: {name}"):
                    self._outlet.command(self._service.annotation(mistake))
        self._outlet.flush()

    def _tell(self, host: str, lines: Iterable[Line]) -> None:
        if self._alone:
            self._outlet.write_lines(lines)
        else:
            self._kept[host].extend(lines)

    def _show(self, host: str) -> None:
        lines = self._kept.pop(host, [])
        if lines:
            self._outlet.command(self._service.group(host))
            self._outlet.write_lines(lines)
            self._outlet.command(self._service.end_of_group(host))
