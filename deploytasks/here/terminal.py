"""This process' terminal: every key as it is typed, in whatever way this system has for it."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import Any

STDIN, STDOUT = 0, 1
LOOK_S = 0.25
CHUNK = 65536


@contextmanager
def raw(descriptor: int) -> Iterator[None]:
    """Every key goes to who reads, Ctrl-C too; afterwards the terminal is as it was."""
    if not os.isatty(descriptor):
        yield
        return
    with _every_key(descriptor):
        yield


def keys(descriptor: int, is_over: Callable[[], bool]) -> Iterator[bytes]:
    """What is typed, until it ends or *is_over*."""
    while not is_over():
        if _is_readable(descriptor):
            typed = os.read(descriptor, CHUNK)
            if not typed:
                return
            yield typed


def name_of_terminal(environ: Mapping[str, str]) -> str:
    """What terminfo(5) calls it."""
    return environ.get("TERM") or ("xterm-256color" if sys.platform == "win32" else "dumb")


def is_in_the_background() -> bool:
    """Whether a terminal's keys go to another program than this one, where a terminal has several at a time."""
    if not (hasattr(os, "tcgetpgrp") and sys.stdin is not None and os.isatty(STDIN)):
        return False
    from invoke.terminals import stdin_is_foregrounded_tty

    return not stdin_is_foregrounded_tty(sys.stdin)


def _is_readable(descriptor: int) -> bool:
    """Within a moment; where only sockets can be asked, whoever reads has to wait."""
    try:
        return bool(select.select([descriptor], [], [], LOOK_S)[0])
    except OSError:
        return True


if sys.platform == "win32":
    import ctypes
    import msvcrt

    PROCESSED_INPUT, LINE_INPUT, ECHO_INPUT, TERMINAL_INPUT = 0x1, 0x2, 0x4, 0x200
    TERMINAL_OUTPUT, NO_RETURN_AT_LINE_FEED = 0x4, 0x8
    UTF8 = 65001

    def _every_key(descriptor: int) -> AbstractContextManager[None]:
        """Keys and screen as a terminal of unix has them (console virtual terminal sequences)."""
        return _as_terminal(msvcrt.get_osfhandle(descriptor), msvcrt.get_osfhandle(STDOUT))

    @contextmanager
    def _as_terminal(keyboard: int, screen: int) -> Iterator[None]:
        typed = PROCESSED_INPUT | LINE_INPUT | ECHO_INPUT
        kernel = ctypes.windll.kernel32
        pages = kernel.GetConsoleCP(), kernel.GetConsoleOutputCP()
        with (
            _mode(keyboard, without=typed, adding=TERMINAL_INPUT),
            _mode(screen, without=0, adding=TERMINAL_OUTPUT | NO_RETURN_AT_LINE_FEED),
        ):
            kernel.SetConsoleCP(UTF8)
            kernel.SetConsoleOutputCP(UTF8)
            try:
                yield
            finally:
                kernel.SetConsoleCP(pages[0])
                kernel.SetConsoleOutputCP(pages[1])

    @contextmanager
    def _mode(console: int, *, without: int, adding: int) -> Iterator[None]:
        kernel = ctypes.windll.kernel32
        before = ctypes.c_ulong()
        if not kernel.GetConsoleMode(ctypes.c_void_p(console), ctypes.byref(before)):
            yield  # What has no mode is no console.
            return
        kernel.SetConsoleMode(ctypes.c_void_p(console), before.value & ~without | adding)
        try:
            yield
        finally:
            kernel.SetConsoleMode(ctypes.c_void_p(console), before)

else:

    def _every_key(descriptor: int) -> AbstractContextManager[None]:
        """By termios(3); without it each key but those of signals, as far as Invoke can have them."""
        try:
            import termios
        except ImportError:
            return _keys_of_invoke()
        return _raw_mode(descriptor, termios.tcgetattr(descriptor))

    @contextmanager
    def _keys_of_invoke() -> Iterator[None]:
        from invoke.terminals import character_buffered

        with ExitStack() as held:
            with suppress(OSError):  # It is nobody's terminal (tcgetpgrp(3)).
                held.enter_context(character_buffered(sys.stdin))
            yield

    @contextmanager
    def _raw_mode(descriptor: int, before: list[Any]) -> Iterator[None]:
        import termios
        import tty

        try:
            tty.setraw(descriptor)
            yield
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
