"""This terminal, or what stands in its place, lent to a process on a host."""

from __future__ import annotations

import os
import select
import shutil
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import paramiko

from deploytasks.agent.conversation.relay import write_all

LOOK_AT_SIZE_EVERY_S = 0.25
CHUNK = 65536
STDIN = 0
END_OF_INPUT = b"\x04"
"""What a terminal takes for the end of what is typed; a channel's end says nothing to it."""


def converse_on_terminal(channel: paramiko.Channel, command: str) -> int | None:
    """Run *command* on a terminal as large as ours: its exit status, or None if the link broke."""
    channel.get_pty(os.environ.get("TERM", "dumb"), *size_of(sys.stdout.fileno()))
    channel.exec_command(command)  # nosec B601  made by Launch, which quotes
    with raw(sys.stdin.fileno()) as keyboard, channel:
        relay(channel, keyboard, sys.stdout.fileno())
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
    size = size_of(screen)
    sources: list[paramiko.Channel | int] = [channel, keyboard]
    while True:
        ready, _, _ = select.select(sources, [], [], LOOK_AT_SIZE_EVERY_S)
        if channel in ready:
            shown = channel.recv(CHUNK)
            if not shown:
                return
            write_all(screen, shown)
        if keyboard in ready:
            typed = os.read(keyboard, CHUNK)
            if typed:
                channel.sendall(typed)
            else:
                sources.remove(keyboard)
                channel.sendall(END_OF_INPUT)
        # Looked at from time to time, because only the main thread could have SIGWINCH.
        if size != (size := size_of(screen)):
            channel.resize_pty(*size)


def size_of(screen: int) -> os.terminal_size:
    """Columns and lines that *screen* has now: a COLUMNS or LINES of the environment would be those of long ago."""
    return os.get_terminal_size(screen) if os.isatty(screen) else shutil.get_terminal_size()


@contextmanager
def raw(descriptor: int) -> Iterator[int]:
    """Every key goes to the host, Ctrl-C too; afterwards the terminal is as it was."""
    if not os.isatty(descriptor):
        yield descriptor
        return
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor)
        yield descriptor
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
