"""Log lines of many hosts as one stream in the order of their times."""

from __future__ import annotations

import heapq
import json
import threading
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, TextIO

from deploytasks.agent.conversation.mask import without_passwords
from deploytasks.agent.conversation.visible import visible
from deploytasks.agent.engine.events import LogLine
from deploytasks.report.outlet import Outlet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deploytasks.agent.engine.events import Event
    from deploytasks.report.recap import Recap

UNNAMED = ("web", "run")
"""The processes whose lines need no name: the usual one, and what is run on its own."""
HELD_S = 0.6
"""How long a followed line waits for an earlier one from another host; journald tells of a line up to 0.25 s late."""


class MergedLines:
    """A reporter of log lines alone, with their times if they are *timed*.

    With *follow* lines come as they do, each held back for a moment.
    """

    def __init__(
        self,
        stdout: TextIO,
        environ: Mapping[str, str],
        *,
        prefixed: bool,
        json: bool,
        follow: bool,
        timed: bool = False,
    ) -> None:
        self._outlet = Outlet.of(stdout, environ)
        self._prefixed = prefixed
        self._json = json
        self._follow = follow
        self._timed = timed
        self._waiting: list[tuple[float, int, float, str, LogLine]] = []
        self._number = 0
        self._width = 0
        self._lock = threading.Lock()
        self._over = threading.Event()

    def begin(self, command: str, hosts: Sequence[str]) -> None:
        del command
        self._width = max(map(len, hosts))
        if self._follow:
            threading.Thread(target=self._print_while_following, daemon=True).start()

    def event(self, host: str, event: Event) -> None:
        """Raises ``BrokenPipeError`` when nobody reads any more, as in ``inv logs --tail | head``."""
        if not self._outlet.open:
            raise BrokenPipeError
        if isinstance(event, LogLine):
            with self._lock:
                self._number += 1
                heapq.heappush(self._waiting, (float(event.at), self._number, time.monotonic(), host, event))

    def tick(self) -> None:
        """Lines come when they come."""

    def recap(self, recap: Recap) -> None:
        self._over.set()
        self._print_due(time.monotonic() + HELD_S)
        if self._json:
            self._print({**recap.to_json(), "time": _time(time.time())})
        self._outlet.flush()

    def _print_while_following(self) -> None:
        while not self._over.wait(HELD_S / 3):
            self._print_due(time.monotonic())
            self._outlet.flush()

    def _print_due(self, now: float) -> None:
        with self._lock:
            while self._waiting and self._waiting[0][2] + HELD_S <= now:
                _, _, _, host, line = heapq.heappop(self._waiting)
                if self._json:
                    self._print({**line.to_json(), "host": host, "time": _time(float(line.at))})
                else:
                    self._outlet.write(self._text(host, line) + "\n")

    def _print(self, document: dict[str, Any]) -> None:
        self._outlet.write(json.dumps(without_passwords(document)) + "\n")

    def _text(self, host: str, line: LogLine) -> str:
        text = visible(line.text, but="\t")
        text = text if line.process in UNNAMED else f"{line.process}  {text}"
        text = f"{_time(float(line.at))}  {text}" if self._timed else text
        return f"{host:<{self._width}}  {text}" if self._prefixed else text


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
