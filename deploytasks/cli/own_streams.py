"""This process' own standard streams, lent to a command on a host."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress

from deploytasks.agent.conversation.pieces import PIECE, write_all
from deploytasks.agent.engine.events import Printed
from deploytasks.here.pipes import holds_something
from deploytasks.here.terminal import is_in_the_background

STDIN, STDOUT, STDERR = 0, 1, 2
DESCRIPTORS = {b"O": STDOUT, b"R": STDERR}


class OwnStreams:
    """Bytes as they are, in both directions."""

    def __init__(self) -> None:
        self.is_read = True

    def pieces(self) -> Iterator[bytes]:
        """What comes on standard input, to its end; nothing in the background of a terminal, where nobody types."""
        with suppress(OSError):
            if is_in_the_background():
                return
            while piece := os.read(STDIN, PIECE):
                yield piece

    def print(self, printed: Printed) -> bool:
        """Write what a command printed to the same stream here; False when nobody reads that any more."""
        if sys.stdout is not None:
            sys.stdout.flush()
        try:
            write_all(DESCRIPTORS[printed.letter], printed.data)
        except OSError:  # Nobody reads it, or there is no room for it.
            self.is_read = False
        return self.is_read


def something_is_given() -> bool:
    """Whether a file, or what is in a pipe already, waits on standard input to be read."""
    try:
        kind = os.fstat(STDIN)
    except OSError:
        return False
    if stat.S_ISREG(kind.st_mode):
        return os.lseek(STDIN, 0, os.SEEK_CUR) < kind.st_size
    return stat.S_ISFIFO(kind.st_mode) and holds_something(STDIN)
