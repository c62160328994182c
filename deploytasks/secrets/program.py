"""Vendors' programs: run here, with a time limit, each command line once."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import Future
from typing import Protocol

from deploytasks.agent.conversation.mask import MASK
from deploytasks.here.output import MOST, Floods, close_pipes, said_by
from deploytasks.here.process_group import end_group
from deploytasks.secrets.unanswered import Unanswered

SAID_CHARACTERS = 240


class Program(Protocol):
    """Runs a command line."""

    def __call__(self, *argv: str, stdin: str = "") -> str:
        """What it prints, less the end of its last line; raises ``Unanswered`` if it fails."""


class Programs:
    """Runs each command line once, for *limit_s* seconds at most, and remembers what it printed."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._lock = threading.Lock()
        self._printed: dict[tuple[tuple[str, ...], str], Future[str]] = {}
        self._running: set[subprocess.Popen[bytes]] = set()

    def __call__(self, *argv: str, stdin: str = "") -> str:
        with self._lock:
            is_first = (argv, stdin) not in self._printed
            printed = self._printed.setdefault((argv, stdin), Future())
        if is_first:
            try:
                printed.set_result(self._run(argv, stdin))
            except BaseException as error:  # noqa: BLE001  whoever waits for it, too, is told
                printed.set_exception(error)
        return printed.result()

    def stop(self) -> None:
        """End all that is running."""
        for process in list(self._running):
            end_group(process)

    def _run(self, argv: tuple[str, ...], stdin: str) -> str:
        process = _begun(argv, reads=bool(stdin))
        self._running.add(process)
        try:
            printed, said = said_by(process, stdin.encode(), self.limit_s)
        except subprocess.TimeoutExpired:
            raise Unanswered(f"{argv[0]} gave no answer in {self.limit_s:g} s") from None
        except Floods:
            raise Unanswered(f"{argv[0]} printed more than {MOST} bytes") from None
        finally:
            self._running.discard(process)
            end_group(process)
            close_pipes(process)
        if process.returncode:
            why = _words_of(said, printed)
            raise Unanswered(f"{argv[0]} ended with {process.returncode}{': ' if why else ''}{why}")
        return without_line_end(_text(printed, argv[0]))


def without_line_end(text: str) -> str:
    """*text* less the end of its last line."""
    return text.removesuffix("\n").removesuffix("\r")


def _begun(argv: tuple[str, ...], *, reads: bool) -> subprocess.Popen[bytes]:
    """The running program; one that can ask nobody is a group of its own, so that all of it can be ended."""
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=not _has_terminal(),
        )
    except FileNotFoundError:
        raise Unanswered(f"{argv[0]} is not installed on this machine") from None
    except (OSError, ValueError) as error:
        raise Unanswered(f"{argv[0]} does not run: {error}") from None


def _has_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _text(printed: bytes, program: str) -> str:
    try:
        return printed.decode()
    except UnicodeDecodeError:
        raise Unanswered(f"{program} printed something that is not UTF-8 text") from None


def _words_of(said: bytes, printed: bytes) -> str:
    """What a program *said* of its failure, as one short line, without what it has *printed* of a secret."""
    words, secret = (" ".join(each.decode("utf-8", "replace").split()) for each in (said, printed))
    if secret:
        words = words.replace(secret, MASK)
    words = words.removesuffix(".")
    return words if len(words) <= SAID_CHARACTERS else f"{words[:SAID_CHARACTERS]}…"
