"""Requests one after the other, while something else happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException

from tests.e2e.project import Project

LONGEST_S = 120
PAUSE_S = 0.03
"""A break that people see is longer; wrk(1) looks closer, where thousands of requests are asked for."""


@dataclass(frozen=True)
class Traffic:
    """Requests for the project's ``/``; *served* names the release that answered each, ``None`` when none did.

    An answer names its release, so what a new release fails to answer is told from what the old one would
    have: the failures of the new one lie between its own first answer and the next answer of the old one.
    """

    project: Project
    served: list[str | None] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def failures_outside_of(self, release: str) -> int:
        """Requests that nobody answered, but for those between an answer of *release* and the next of another."""
        failures, last = 0, ""
        for name in self.served:
            failures += name is None and last != release
            last = name or last
        return failures

    @classmethod
    @contextmanager
    def on(cls, project: Project) -> Iterator[Traffic]:
        """From ``with`` to its end."""
        traffic = cls(project)
        thread = threading.Thread(target=traffic._ask)
        thread.start()
        try:
            yield traffic
        finally:
            traffic._over.set()
            thread.join()

    def _ask(self) -> None:
        deadline = time.monotonic() + LONGEST_S
        while not self._over.wait(PAUSE_S) and time.monotonic() < deadline:
            self.served.append(self._server())

    def _server(self) -> str | None:
        try:
            answer = self.project.request()
        except (OSError, HTTPException):  # the second: an answer that was cut
            return None
        return answer.says["release"] if answer.status == 200 else None
