"""Socket.IO and several workers: a client whose next request comes to another one is a stranger there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploytasks.planning.checkup import Finding, Verdict

if TYPE_CHECKING:
    from deploytasks.planning.deployment import Deployment

PACKAGES = frozenset({"flask-socketio", "python-socketio", "python-engineio"})
SUBJECT = "SocketIO"
"""By this ``app_known`` says that somebody has thought of it."""
ADVICE = (
    "one worker with many connections (gunicorn_workers=1, gunicorn_worker_class=gevent or gthread), or clients that "
    'begin with WebSockets (transports: ["websocket"]) and a message_queue; then app_known=["SocketIO"]'
)


def strangers_among_workers(deployment: Deployment) -> Iterator[Finding]:
    """What becomes of a handshake of Socket.IO; nothing where one worker has all clients, or that is known.

    Its long polling is several requests, which no web server here leads to the same worker: they share a socket.
    """
    uses = PACKAGES & deployment.project.requirements.names
    if not uses or SUBJECT in deployment.v.known:
        return
    count = workers_of(deployment)
    if count > 1:
        told = f"{count} workers share one socket, so most handshakes of Socket.IO that begin with polling fail (400)"
        yield Finding("Socket.IO", Verdict.DOUBTFUL, told, ADVICE)


def workers_of(deployment: Deployment) -> int:
    """How many processes of the app answer requests, as far as that is known."""
    v = deployment.vars_of(deployment.server)
    said = deployment.workers or getattr(v, "workers", None) or getattr(v, "processes", None)
    return said or (deployment.facts.cpus if deployment.has_workers else 1)
