"""One request to an instance, on its own unix socket or a local port, in the protocol that it speaks."""

from __future__ import annotations

import importlib
import select
import socket
import time
from typing import Any, Callable, Dict, Tuple

from deploytasks.agent.frozen import frozen
from deploytasks.agent.protocols.answer import NoHttp, read_answer
from deploytasks.agent.protocols.statuses import ranges
from deploytasks.agent.protocols.until import reading_until

LOOK_AGAIN_S = 0.1
READ, READ_OF_PAGE = 4000, 1 << 20
"""Bytes of a good answer, and of a page that tells why it is none."""


@frozen
class Probe:
    """``GET`` *path* with the real Host header. *address* is a socket's path or a local port.

    *protocol* is ``http``, ``uwsgi`` or ``fastcgi``.
    """

    address: str
    path: str = "/"
    host: str = "localhost"
    status: str = "200-399"
    scheme: str = "http"
    protocol: str = "http"

    def ask(self, timeout_s: float, meanwhile: Callable[[], None]) -> str:
        """Empty when the answer is as wanted, else what is wrong. *meanwhile* runs while waiting and may raise."""
        try:
            status, body = self._exchange(time.monotonic() + timeout_s, meanwhile)
        except (OSError, NoHttp) as error:
            return trouble_of(error)
        if self._is_wanted(status):
            return ""
        from deploytasks.agent.protocols.error_page import lines_of

        told = "GET %s answered %d instead of %s" % (self.path, status, self.status)
        return ": ".join(filter(None, [told, "\n".join(lines_of(body))]))

    def _exchange(self, deadline: float, meanwhile: Callable[[], None]) -> Tuple[int, bytes]:
        with self._connect() as connection:
            connection.settimeout(max(deadline - time.monotonic(), LOOK_AGAIN_S))
            connection.sendall(self._protocol.request(self.path, self._headers()))
            while not select.select([connection], [], [], LOOK_AGAIN_S)[0]:
                meanwhile()
                if time.monotonic() > deadline:
                    raise TimeoutError("no answer in time")
            with self._protocol.response(reading_until(connection, deadline)) as stream:
                return read_answer(stream, lambda status: READ if self._is_wanted(status) else READ_OF_PAGE)

    def _is_wanted(self, status: int) -> bool:
        return any(low <= status <= high for low, high in ranges(self.status))

    def _connect(self) -> socket.socket:
        if self.address.startswith("/"):
            connection = socket.socket(socket.AddressFamily["AF_UNIX"])
            connection.settimeout(5)
            connection.connect(self.address)
            return connection
        return socket.create_connection(("127.0.0.1", int(self.address)), timeout=5)

    @property
    def _protocol(self) -> Any:
        return importlib.import_module("deploytasks.agent.protocols." + self.protocol)

    def _headers(self) -> Dict[str, str]:
        return {
            "Host": self.host,
            "User-Agent": "deploytasks",
            "X-Forwarded-For": "127.0.0.1",
            "X-Forwarded-Proto": self.scheme,
            "Connection": "close",
        }


def trouble_of(error: BaseException) -> str:
    """Why there was no answer."""
    if isinstance(error, (socket.timeout, TimeoutError)):
        return "no answer in time"
    return "no answer: %s" % (getattr(error, "strerror", None) or error or type(error).__name__)
