"""This terminal, or what stands in its place, lent to a process on a host."""

from __future__ import annotations

import os
import select
import shutil
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import paramiko

from deploytasks.agent.conversation.pieces import write_all
from deploytasks.here.signals import interrupts
from deploytasks.here.terminal import LOOK_S, keys, name_of_terminal, raw

CHUNK = 65536
STDIN = 0
INTERRUPT = b"\x03"
END_OF_INPUT = b"\x04"
"""What a terminal takes for the end of what is typed; a channel's end says nothing to it."""


def converse_on_terminal(channel: paramiko.Channel, command: str) -> int | None:
    """Run *command* on a terminal as large as ours: its exit status, or None if the link broke."""
    keyboard, screen = sys.stdin.fileno(), sys.stdout.fileno()
    channel.get_pty(name_of_terminal(os.environ), *size_of(screen))
    channel.exec_command(command)  # nosec B601  made by Launch, which quotes
    with raw(keyboard), channel:
        relay(channel, keyboard, screen)
        channel.status_event.wait(1.0)
        return channel.exit_status if channel.exit_status >= 0 else None


def converse_in_pipes(channel: paramiko.Channel, command: str) -> int | None:
    """Run *command* with our standard streams, which are no terminal: its exit status, or None if the link broke."""
    channel.exec_command(command)  # nosec B601  made by Launch, which quotes
    out, err = sys.stdout.fileno(), sys.stderr.fileno()
    with channel:
        threading.Thread(target=_send_all, args=(STDIN, channel), daemon=True).start()
        complaining = threading.Thread(target=_copy, args=(channel.recv_stderr, err), daemon=True)
        complaining.start()
        _copy(channel.recv, out)
        complaining.join()
        channel.status_event.wait(1.0)
        return channel.exit_status if channel.exit_status >= 0 else None


def _send_all(source: int, channel: paramiko.Channel) -> None:
    with suppress(OSError, EOFError, paramiko.SSHException):  # The link's end is found by who listens.
        while piece := os.read(source, CHUNK):
            channel.sendall(piece)
        channel.shutdown_write()


def _copy(receive: Callable[[int], bytes], descriptor: int) -> None:
    while piece := receive(CHUNK):
        write_all(descriptor, piece)


def relay(channel: paramiko.Channel, keyboard: int, screen: int) -> None:
    """Bytes from *keyboard* to the host and from the host to *screen*, until the host has no more."""
    over = threading.Event()
    typing = threading.Thread(target=_type, args=(keyboard, channel, over), daemon=True)
    typing.start()
    try:
        _show(channel, screen)
    finally:
        over.set()
        typing.join(2 * LOOK_S)


def _type(keyboard: int, channel: paramiko.Channel, over: threading.Event) -> None:
    with suppress(OSError, EOFError, paramiko.SSHException):  # The link's end is found by who shows.
        for typed in keys(keyboard, over.is_set):
            channel.sendall(typed)
        if not over.is_set():
            channel.sendall(END_OF_INPUT)


def _show(channel: paramiko.Channel, screen: int) -> None:
    """Until the host has no more; Ctrl-C, which some terminals make a signal of, goes there, too."""
    size = size_of(screen)
    with interrupts() as interrupted:
        while True:
            if interrupted.is_set():
                interrupted.clear()
                channel.sendall(INTERRUPT)
            ready, _, _ = select.select([channel], [], [], LOOK_S)
            if ready:
                shown = channel.recv(CHUNK)
                if not shown:
                    return
                write_all(screen, shown)
            # Looked at from time to time, because only the main thread could have a signal of it.
            if size != (size := size_of(screen)):
                channel.resize_pty(*size)


def size_of(screen: int) -> os.terminal_size:
    """Columns and lines that *screen* has now: a COLUMNS or LINES of the environment would be those of long ago."""
    try:
        return os.get_terminal_size(screen)
    except OSError:
        return shutil.get_terminal_size()
