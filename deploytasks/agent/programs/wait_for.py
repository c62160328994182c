"""Something of a host that is waited for."""

from __future__ import annotations

import os
import re
import socket
import urllib.error
import urllib.request
from typing import ClassVar, Iterator

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen

PAUSE_S = 0.2
PATIENCE_S = 5.0
"""So long a single attempt may take."""


@frozen
class WaitFor(Resource):
    """All that is said is so, and is waited for.

    That takes *timeout_s* seconds at most. Something answers at *port* of *address*; *path* is there, with a line in
    which *text*, a regular expression, is found; *url* is answered with a status below 400. With *gone*, nothing of it
    is so. Raises ``ValueError`` for nothing to wait for. Parameters as in ansible.builtin.wait_for.
    """

    reversible: ClassVar[bool] = False
    port: int = 0
    address: str = "127.0.0.1"
    path: str = ""
    text: str = ""
    url: str = ""
    gone: bool = False
    timeout_s: float = 300

    def __post_init__(self) -> None:
        if not (self.port or self.path or self.url):
            raise ValueError("say what is waited for: port, path or url")
        if self.text and not self.path:
            raise ValueError("text is looked for in a file; say its path")
        if self.url and not self.url.startswith(("http://", "https://")):
            raise ValueError("%r: expected http://… or https://…" % self.url)

    def desired(self) -> State:
        return {"missing": []}

    def inspect(self, machine: Machine) -> State:
        return {"missing": list(self._missing(machine))}

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        if not machine.wait_until(lambda: not any(self._missing(machine)), self.timeout_s, PAUSE_S):
            raise StepError("after %g s %s" % (self.timeout_s, ", ".join(self._missing(machine))))

    def _missing(self, machine: Machine) -> Iterator[str]:
        """What is not yet as it is waited for."""
        if self.port and _answers(self.address, self.port) is self.gone:
            answer = "still answers" if self.gone else "does not answer"
            yield "%s port %d %s" % (self.address, self.port, answer)
        if self.path and _has(machine.path(self.path), self.text) is self.gone:
            what = "%s with %r" % (self.path, self.text) if self.text else self.path
            yield "%s %s" % (what, "is still there" if self.gone else "is not there")
        if self.url and _is_served(self.url) is self.gone:
            yield "%s %s" % (self.url, "is still served" if self.gone else "is not served")


def _answers(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), PATIENCE_S).close()
    except OSError:
        return False
    return True


def _has(path: str, text: str) -> bool:
    if not text:
        return os.path.lexists(path)
    try:
        with reading(path, errors="replace") as file:
            return any(re.search(text, line) for line in file)
    except OSError:
        return False


def _is_served(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=PATIENCE_S).close()  # noqa: S310  # nosec B310  it is looked at
    except (urllib.error.URLError, OSError, ValueError):
        return False
    return True
