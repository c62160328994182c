"""Visits to many hosts at once, and one queue of their events."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from deploytasks.fleet.visit import StreamsOf, Visit, WayTo
from deploytasks.transport import transport_for

if TYPE_CHECKING:
    from deploytasks.agent.engine.events import Event
    from deploytasks.inventory import Host
    from deploytasks.report import Reporter
    from deploytasks.transport import AskPassword


TICK_S = 1.0
STOPPING = (
    "stopping: what was begun is taken back, or brought to its end; Ctrl-C again leaves that to the host"
)


class Crew:
    """At most *forks* visits work at a time; the caller's thread hands their events to *reporter*.

    A first Ctrl-C asks all agents to stop and waits for them; a second one leaves.
    """

    def __init__(
        self,
        hosts: Sequence[Host],
        forks: int,
        reporter: Reporter,
        ask_password: AskPassword,
        streams: StreamsOf | None = None,
        way_to: WayTo = transport_for,
    ) -> None:
        self._queue: queue.Queue[tuple[str, Event] | None] = queue.Queue()
        self._reporter = reporter
        self._forks = forks
        self._stop_asked = False
        self.interrupted = 0
        self.visits = [
            Visit(host, self._say, ask_password, streams(host.name) if streams else None, way_to)
            for host in hosts
        ]

    def each(self, act: Callable[[Visit], None], visits: Sequence[Visit] | None = None) -> None:
        """Let *act* work on each of *visits* (default: all) that is not over, and wait for them."""
        waiting = [visit for visit in (self.visits if visits is None else visits) if not visit.is_over]
        work: queue.SimpleQueue[Visit] = queue.SimpleQueue()
        for visit in waiting:
            work.put(visit)
        for _ in range(min(self._forks, len(waiting))):
            threading.Thread(target=self._work, args=(work, act), daemon=True).start()
        left = len(waiting)
        while left:
            try:
                left -= self._pass_on_one()
            except KeyboardInterrupt as pressed:
                if self._interrupt(pressed):
                    return

    def _work(self, work: queue.SimpleQueue[Visit], act: Callable[[Visit], None]) -> None:
        while True:
            try:
                visit = work.get_nowait()
            except queue.Empty:
                return
            try:
                act(visit)
            finally:
                self._queue.put(None)

    def _pass_on_one(self) -> int:
        """Hand one event to the reporter; 1 when it was the end of a visit's work instead."""
        try:
            said = self._queue.get(timeout=TICK_S)
        except queue.Empty:
            self._reporter.tick()
            return 0
        if said is None:
            return 1
        self._reporter.event(*said)
        return 0

    def _interrupt(self, pressed: KeyboardInterrupt) -> bool:
        """Ask all agents to stop; True when that had been asked before and it is time to leave."""
        self.interrupted = getattr(pressed, "exit_code", 130)
        for visit in self.visits:
            if self._stop_asked:
                visit.abandon()
            elif not visit.is_over:
                visit.tell(STOPPING)
                visit.stop()
        leave, self._stop_asked = self._stop_asked, True
        return leave

    def _say(self, host: str, event: Event) -> None:
        self._queue.put((host, event))
