"""The three streams of a running agent, over whatever carries them."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Protocol

from deploytasks.agent.frozen import frozen
from deploytasks.errors import SudoRefused, Unreachable
from deploytasks.transport.launch import BEGUN, PROMPT

BEGIN_TIMEOUT_S = 30.0
"""So long may login shell, sudo and the start of Python take together."""

LOOK_S = 0.5
PIECES_AT_ONCE = 64
NOISE_LIMIT = 1 << 22
"""So many bytes of errors, and no program of ours, are nobody's login."""

KEPT_ERRORS = 65536
FIRST_OUTPUT = 200
CHUNK = 1 << 20


class Streams(Protocol):
    """What a pipe asks of an SSH channel or of a local process."""

    def write(self, data: bytes) -> None:
        """Blocks until *data* is on its way; data for a process that has ended is dropped."""

    def read(self, size: int, timeout_s: float | None) -> bytes:
        """At least one byte, at most *size*; none at the end. Raises `TimeoutError`."""

    def read_errors(self, timeout_s: float) -> bytes:
        """What there is on standard error; none at the end. Raises `TimeoutError`."""

    def end_input(self) -> None: ...

    def exit_status(self, timeout_s: float) -> int | None: ...

    def broken(self) -> str:
        """Why the streams ended before the process did; empty if they did not."""

    def close(self) -> None: ...


@frozen
class Ending:
    """How a process ended that never became the agent; *begun* says whether our program ran at all."""

    host: str
    user: str
    python: str
    status: int | None
    begun: bool
    errors: str
    output: bytes


class Pipe:
    """A running agent process. Reading never waits for sending, nor the other way round."""

    def __init__(self, streams: Streams, *, host: str, user: str, python: str) -> None:
        self.sent_bytes = 0
        self.first_output = b""
        self._streams = streams
        self._host, self._user, self._python = host, user, python
        self._ahead = bytearray()
        self._errors = bytearray()
        self._heard = 0
        self._begun = False
        self._begin_by = time.monotonic() + BEGIN_TIMEOUT_S

    def send(self, data: bytes) -> None:
        """Blocks until *data* is accepted; `Unreachable` when the link is gone.

        Data for a process that has ended is dropped: `read` tells of its end.
        """
        self._streams.write(data)
        self._raise_if_broken()
        self.sent_bytes += len(data)

    def read(self, size: int) -> bytes:
        """Exactly *size* bytes, or fewer at the end; `Unreachable` when the link is gone."""
        while len(self._ahead) < size and (chunk := self._read_some(max(CHUNK, size - len(self._ahead)))):
            self._ahead += chunk
        wanted = bytes(self._ahead[:size])
        del self._ahead[:size]
        return wanted

    def close_input(self) -> None:
        """The agent reads the end of its input, which means to it that we are gone."""
        self._streams.end_input()

    def wait(self, timeout_s: float) -> int | None:
        """The exit status, or None if none comes in time or at all."""
        return self._streams.exit_status(timeout_s)

    @property
    def stderr(self) -> str:
        """The last 64 kB of what the host has said on standard error so far."""
        self._collect_errors()
        return self._errors.replace(BEGUN, b"").replace(PROMPT, b"").decode(errors="replace")

    def close(self) -> None:
        self._streams.close()

    def give_password(self, password: str) -> None:
        """Hand sudo its password, and wait until our program has begun or all has ended.

        Raises `SudoRefused` if sudo asks again: one try, so that no account is locked.
        """
        self._streams.write(password.encode() + b"\n")
        while not self._begun and self._time_to_begin() and (errors := self._next_errors()):
            self._note_errors(errors)
            if self._errors.count(PROMPT) > 1:
                self.close()
                raise SudoRefused(
                    f"{self._host}: sudo refused the password of {self._user}; it was tried once\n"
                    "check ansible_become_password",
                    self._host,
                )

    def ending(self) -> Ending:
        """How this came to nothing, once `read` has met the end before the agent's first word."""
        status = self.wait(1.0)
        return Ending(
            self._host, self._user, self._python, status, self._begun, self.stderr.strip(), self.first_output
        )

    def _read_some(self, size: int) -> bytes:
        """Until our program has begun, for a limited time: a login shell may run something else, and talk for ever."""
        waited_s = 0.0
        while True:
            patience_s = min(LOOK_S, self._time_to_begin())
            try:
                chunk = self._streams.read(size, None if self._begun else patience_s)
            except TimeoutError:
                self._collect_errors()
                waited_s += patience_s
                if self._begun or (0 < waited_s < BEGIN_TIMEOUT_S and self._heard < NOISE_LIMIT):
                    continue
                self.close()
                return b""
            self._collect_errors()
            if not chunk:
                self._raise_if_broken()
            self.first_output += chunk[: FIRST_OUTPUT - len(self.first_output)]
            return chunk

    def _collect_errors(self) -> None:
        """What there is, but no more than a part of what comes from who never ends."""
        with suppress(TimeoutError):
            for _ in range(PIECES_AT_ONCE):
                errors = self._streams.read_errors(0)
                if not errors:
                    return
                self._note_errors(errors)

    def _next_errors(self) -> bytes:
        try:
            return self._streams.read_errors(self._time_to_begin())
        except TimeoutError:
            self.close()
            return b""

    def _time_to_begin(self) -> float:
        return max(0.0, self._begin_by - time.monotonic())

    def _note_errors(self, errors: bytes) -> None:
        self._heard += len(errors)
        self._errors += errors
        self._begun = self._begun or BEGUN in self._errors
        del self._errors[:-KEPT_ERRORS]

    def _raise_if_broken(self) -> None:
        if reason := self._streams.broken():
            raise Unreachable(f"{self._host}: {reason}", self._host)
