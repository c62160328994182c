"""An SSH channel as the three streams of a process."""

from __future__ import annotations

import paramiko

from deploytasks.transport.pulse import Pulse

WINDOW = 1 << 30
"""So much may the host say unread: it never waits for us, so uploads cannot lock up with its answers."""

PART = 32768


class ChannelStreams:
    """The streams of a process at the other end of *channel*."""

    def __init__(self, channel: paramiko.Channel, pulse: Pulse) -> None:
        self._channel = channel
        self._pulse = pulse
        self._closed_by_us = False

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view and (sent := self._send_part(bytes(view[:PART]))):
                view = view[sent:]
        except (OSError, EOFError, paramiko.SSHException):
            return  # Its end: `broken` tells whether of the process or of the link.

    def _send_part(self, part: bytes) -> int:
        while True:
            try:
                return self._channel.send(part)
            except TimeoutError:
                continue  # The time limit of a reader in another thread; nothing was sent.

    def read(self, size: int, timeout_s: float | None) -> bytes:
        self._channel.settimeout(timeout_s)
        received = self._channel.recv(size)
        self._pulse.beat()
        return received

    def read_errors(self, timeout_s: float) -> bytes:
        self._channel.settimeout(timeout_s)
        return self._channel.recv_stderr(PART)

    def end_input(self) -> None:
        try:
            self._channel.shutdown_write()
        except (OSError, EOFError, paramiko.SSHException):
            return  # The process has ended, or the link: either way there is nobody to tell.

    def exit_status(self, timeout_s: float) -> int | None:
        self._channel.status_event.wait(timeout_s)
        status = self._channel.exit_status
        return None if status < 0 else status

    def broken(self) -> str:
        """Sshd sends an end of output before it closes a channel; without one it was the link that ended."""
        channel = self._channel
        if self._closed_by_us or channel.eof_received or not channel.closed:
            return ""
        return self._pulse.how_it_ended()

    def close(self) -> None:
        self._closed_by_us = True
        self._channel.close()
