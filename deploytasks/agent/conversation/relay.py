"""The three streams of a command, carried through the conversation: bytes as they are, as fast as they are taken."""

from __future__ import annotations

import os
import queue
import subprocess
import threading
from contextlib import suppress
from typing import IO, Optional

from deploytasks.agent.conversation.channel import Inlet, Teller
from deploytasks.agent.conversation.pieces import AHEAD, PIECE, write_all
from deploytasks.agent.engine.events import Printed, Taken
from deploytasks.agent.errors import ControllerGone


class Relay:
    """Leads what *inlet* hears to a command's standard input, and what the command prints to *outlet*.

    Both sides say of each piece that it was taken, so a slow reader holds up the writer and nothing is heaped up. When
    the controller is gone the command's output is dropped, and its input ends.
    """

    def __init__(self, inlet: Inlet, outlet: Teller) -> None:
        self._inlet = inlet
        self._outlet = outlet
        self._given: "queue.Queue[Optional[bytes]]" = queue.Queue()
        self._room = threading.Semaphore(AHEAD)
        self._gone = threading.Event()
        threading.Thread(target=self._hear, daemon=True).start()

    def give(self, child: "subprocess.Popen[bytes]") -> None:
        """The input of *child* is what the controller sends, to its end."""
        if child.stdin is not None:
            threading.Thread(target=self._give, args=(child.stdin,), daemon=True).start()

    def print(self, child: "subprocess.Popen[bytes]") -> None:
        """Tell all that *child* prints, until both its outputs have ended."""
        printing = [
            threading.Thread(target=self._print, args=(stream, letter), daemon=True)
            for stream, letter in ((child.stdout, b"O"), (child.stderr, b"R"))
        ]
        for thread in printing:
            thread.start()
        for thread in printing:
            thread.join()

    def _hear(self) -> None:
        with suppress(ControllerGone):
            while True:
                frame = self._inlet.frame()
                if frame.letter == b"D":
                    self._given.put(frame.body)
                elif frame.letter == b"E":
                    self._given.put(None)
                else:
                    self._room.release()
        self._gone.set()
        self._given.put(None)
        self._room.release()

    def _give(self, stream: IO[bytes]) -> None:
        with suppress(OSError), stream:  # It may read no more.
            for piece in iter(self._given.get, None):
                write_all(stream.fileno(), piece)
                self._outlet.say(Taken())
        for _ in iter(self._given.get, None):
            self._outlet.say(Taken())

    def _print(self, stream: IO[bytes], letter: bytes) -> None:
        for piece in iter(lambda: os.read(stream.fileno(), PIECE), b""):
            self._room.acquire()
            if self._gone.is_set():
                self._room.release()
            else:
                self._outlet.say(Printed(letter, piece))
