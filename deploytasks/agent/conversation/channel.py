"""The agent's two ends of the conversation, neither of which can hold it up.

Measured: an agent outlives its connection. After a cut it sees a broken pipe at its next write,
after a silent drop nothing at all, and then it would block after 2 MB of output. So a thread of
its own writes what there is to say, and the end of standard input, or its silence, means that the controller is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import queue
import select
import threading
from typing import Any, Callable, Dict, Iterator, Optional, Protocol

from deploytasks.agent.conversation.mask import Mask
from deploytasks.agent.conversation.wire import BEAT, Frame, WireError, frames, pack, pack_json
from deploytasks.agent.engine.events import Event, Printed
from deploytasks.agent.errors import ControllerGone

PIECES_AHEAD = 64
F_SETPIPE_SZ = 1031
"""fcntl(2); the module has a name for it from Python 3.10 on."""
PIPE_SIZE = 1 << 20
FAREWELL_S = 5.0
SILENCE_S = 60.0
"""A controller that is there is heard every few seconds, if only by a beat."""
SPOKEN = frozenset(
    {
        *("event", "outcome", "digests", "held", "manifest", "release", "previous", "at", "facts", "role"),
        *("step", "before", "texts"),
    }
)
"""What the two sides need of each other word for word: our own words and digests, and what is handed over."""


class Teller(Protocol):
    """Where a session's events go; *mask* is put over all of them."""

    mask: Mask

    def say(self, event: Event) -> None:
        """Tell *event*."""


class Outlet:
    """Says events on *descriptor*; never blocks, never fails."""

    def __init__(self, descriptor: int, nonce: str) -> None:
        self.mask = Mask()
        self._descriptor = descriptor
        self._written = 0
        self._queue: "queue.Queue[Optional[bytes]]" = queue.Queue()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._queue.put(nonce.encode("ascii") + b"!")
        self._thread.start()

    def say(self, event: Event) -> None:
        if isinstance(event, Printed):
            self._queue.put(pack(event.letter, event.data))
            return
        plain = event.to_json()
        said = {name: value if name in SPOKEN else self.mask(value) for name, value in plain.items()}
        self._queue.put(pack_json(said))

    def close(self) -> None:
        """Wait until all that was said is on its way, as long as anything moves."""
        self._queue.put(None)
        before = -1
        while self._thread.is_alive() and self._written != before:
            before = self._written
            self._thread.join(FAREWELL_S)

    def _write(self) -> None:
        for piece in iter(self._queue.get, None):
            try:
                self._write_all(piece)
            except OSError:
                return

    def _write_all(self, left: bytes) -> None:
        while left:
            count = os.write(self._descriptor, left)
            self._written += count
            left = left[count:]


class Inlet:
    """What the controller sends: *begun*, and all that comes on *descriptor*.

    When that ends, or says nothing for *silence_s* seconds, it calls *gone*.
    """

    def __init__(
        self, descriptor: int, gone: Callable[[], None], begun: bytes = b"", silence_s: float = SILENCE_S
    ) -> None:
        self._begun = begun
        self._silence_s = silence_s
        self._descriptor = descriptor
        self._gone = gone
        self._queue: "queue.Queue[Optional[Frame]]" = queue.Queue(PIECES_AHEAD)
        with contextlib.suppress(OSError):  # a socket or a file has no such size
            fcntl.fcntl(descriptor, F_SETPIPE_SZ, PIPE_SIZE)
        threading.Thread(target=self._read, daemon=True).start()

    def object(self, patience_s: Optional[float] = None) -> Dict[str, Any]:
        """The next object; raises ``ControllerGone`` at the end, and when none comes within *patience_s* seconds.

        What is no object comes from no controller.
        """
        try:
            return self.frame(patience_s).to_json()
        except WireError as error:
            raise ControllerGone("what speaks here is no controller: %s" % error) from error

    def pieces(self) -> Iterator[bytes]:
        """The pieces of the content that was just announced."""
        for frame in iter(self.frame, None):
            if frame.letter == b"E":
                return
            yield frame.body

    def frame(self, patience_s: Optional[float] = None) -> Frame:
        """The next frame that is no beat; raises ``ControllerGone`` as ``object`` does."""
        try:
            frame = self._queue.get(timeout=patience_s)
        except queue.Empty:
            raise ControllerGone("the controller says nothing") from None
        if frame is None:
            self._queue.put(None)
            raise ControllerGone("the controller is gone")
        return frame

    def _read(self) -> None:
        try:
            for frame in frames(self._exactly):
                if frame.letter != BEAT:
                    self._queue.put(frame)
        except (OSError, WireError):
            pass
        self._gone()
        self._queue.put(None)

    def _exactly(self, size: int) -> bytes:
        pieces = [self._begun[:size]]
        self._begun = self._begun[size:]
        size -= len(pieces[0])
        while size:
            piece = self._some(size)
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def _some(self, size: int) -> bytes:
        """At most *size* bytes; none at the end, and where nobody speaks any more."""
        ready, _, _ = select.select([self._descriptor], [], [], self._silence_s)
        return os.read(self._descriptor, min(size, PIPE_SIZE)) if ready else b""
