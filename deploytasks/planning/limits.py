"""Limits of an app's server and of the web server in front that belong together: one follows from the other.

Each part says what it knows of itself, as ``deployment.py`` has it, and there is no table of pairs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.deployment import Deployment

FIELD_BYTES = 8190
"""A request's first line, and each field of a header: the most that gunicorn's parser and Apache take."""
HEADER_BYTES = 32768
"""All of a header, of a request or of an answer."""
LONGEST_ANSWER_S = 3600
"""What a web server waits for a server that waits for ever."""
SPARE_S = 5
"""The server gives up first: it ends the worker and says why."""
USUAL_S = 60
UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, order=True)
class Limit:
    """A time in *seconds*, infinity where there is no end; *said_by* a variable or a file, empty where it is usual."""

    seconds: float
    said_by: str = ""

    @classmethod
    def of(cls, duration: str, said_by: str) -> Limit:
        """The limit that *duration* is, such as ``60s`` or ``2m``."""
        number = duration.rstrip("dhms")
        return cls(int(number) * UNITS_S[duration[len(number) :] or "s"], said_by)

    def __str__(self) -> str:
        time = "any time" if math.isinf(self.seconds) else f"{self.seconds:g} s"
        return f"{time} ({self.said_by})" if self.said_by else time


@frozen
class Limits:
    """How long the server lets an *answer* take, how long the web server was told to *wait* for it and for a client.

    None is what nobody has said. Those who are connected at a switch are let end within *drain*. A body may have
    *body_bytes* where the web server hands on what it cannot measure; 0 is no limit.
    """

    answer: Limit | None
    wait: Limit | None
    pause: Limit
    drain: Limit
    body_bytes: int = 0

    @property
    def wait_s(self) -> int:
        """For how long the web server waits: as it was told, or for longer than the server lets an answer take."""
        if self.wait:
            return math.ceil(self.wait.seconds)
        answer_s = self.answer.seconds if self.answer else 0
        return max(USUAL_S, math.ceil(min(answer_s + SPARE_S, LONGEST_ANSWER_S)))

    @property
    def pause_s(self) -> int:
        """For how long a server lets the web server pause: never shorter than that lets a client."""
        return max(USUAL_S, math.ceil(self.pause.seconds))

    def contradictions(self) -> Iterator[str]:
        """A line for each limit that was said and cannot come true by another one."""
        answer, wait = self.answer, self.wait
        if answer is None or not answer.said_by:
            return
        if wait and wait < answer:
            yield f"an answer may take {answer}, and the web server waits {wait}: people get a 504 before"
        if self.drain.seconds < answer.seconds < math.inf:
            yield f"an answer may take {answer}, and a switch waits {self.drain}: it cuts off what takes longer"


def limits_of(deployment: Deployment) -> Limits:
    """What the parts of *deployment* say; one that says nothing has no limit of its own."""
    host, server, web_server = deployment.host, deployment.server, deployment.web_server
    answer = getattr(server, "answer_limit", None)
    wait = getattr(web_server, "wait_limit", None)
    pause = getattr(web_server, "pause_limit", None)
    body = getattr(web_server, "body_limit", None)
    return Limits(
        answer=answer(host, deployment.vars_of(server)) if answer else None,
        wait=wait(deployment.vars_of(web_server)) if wait else None,
        pause=pause(deployment.vars_of(web_server)) if pause else Limit(USUAL_S),
        drain=Limit(deployment.v.drain_timeout_s, "app_drain_timeout_s"),
        body_bytes=body(deployment.vars_of(web_server)) if body else 0,
    )


def contradictions(host: Host) -> tuple[str, ...]:
    """What the limits of *host*'s app say against each other; nothing of a host without an app."""
    deployment = host.deployment
    return tuple(limits_of(deployment).contradictions()) if deployment and deployment.known_project else ()
