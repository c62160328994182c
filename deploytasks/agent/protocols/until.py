"""What comes on a connection until a moment, however slowly: who is asked may be an app that says a byte a second."""

from __future__ import annotations

import io
import socket
import time
from typing import Any, BinaryIO, cast


def reading_until(connection: socket.socket, deadline: float) -> BinaryIO:
    """What *connection* brings; a read that waits beyond *deadline* of the monotonic clock raises ``TimeoutError``."""
    return cast(BinaryIO, io.BufferedReader(_Until(connection, deadline)))


class _Until(io.RawIOBase):
    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("no whole answer in time")
        self._connection.settimeout(left_s)
        return self._connection.recv_into(room)
