"""A local process as the three streams of an agent."""

from __future__ import annotations

import os
import subprocess
import threading
from typing import IO

CHUNK = 65536


class ProcessStreams:
    """The streams of *process*; threads drain its output, so that it never has to wait for us."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("the process has to be started with three pipes")
        self._process = process
        self._input = process.stdin
        self._output = Inflow(process.stdout)
        self._errors = Inflow(process.stderr)

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._input.fileno(), view) :]
        except (BrokenPipeError, ValueError):
            return  # The process has ended, or we have closed its input.

    def read(self, size: int, timeout_s: float | None) -> bytes:
        return self._output.take(size, timeout_s)

    def read_errors(self, timeout_s: float) -> bytes:
        return self._errors.take(CHUNK, timeout_s)

    def end_input(self) -> None:
        self._input.close()

    def exit_status(self, timeout_s: float) -> int | None:
        try:
            status = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        return None if status < 0 else status

    def broken(self) -> str:
        """Nothing lies between us and the process that could break."""
        return ""

    def close(self) -> None:
        """Nobody talks or listens to it any more; it is not killed, for over SSH it would not be either."""
        self.end_input()
        self._output.ignore()
        self._errors.ignore()
        # So that it does not stay a zombie when it ends.
        threading.Thread(target=self._process.wait, daemon=True).start()


class Inflow:
    """What came out of *pipe* and was not yet taken; to its end, which closes it."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._held = bytearray()
        self._is_open = True
        self._news = threading.Condition()
        threading.Thread(target=self._drain, daemon=True).start()

    def take(self, size: int, timeout_s: float | None) -> bytes:
        """At least one byte, at most *size*; none at the end. Raises `TimeoutError`."""
        with self._news:
            if not self._news.wait_for(lambda: self._held or not self._is_open, timeout_s):
                raise TimeoutError
            taken = bytes(self._held[:size])
            del self._held[:size]
            return taken

    def ignore(self) -> None:
        """From now on it counts as ended."""
        with self._news:
            self._held.clear()
            self._is_open = False
            self._news.notify_all()

    def _drain(self) -> None:
        with self._pipe:
            while received := os.read(self._pipe.fileno(), CHUNK):
                with self._news:
                    self._held += received if self._is_open else b""
                    self._news.notify_all()
        with self._news:
            self._is_open = False
            self._news.notify_all()
