"""The front door of an order that came as a file: told in lines to the person who runs it on the host."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import threading
import zipfile
from typing import Dict, NoReturn, Sequence

from deploytasks.agent.__main__ import answer
from deploytasks.agent.conversation.channel import Inlet
from deploytasks.agent.conversation.mask import Mask
from deploytasks.agent.conversation.order import REQUEST, SAID
from deploytasks.agent.conversation.visible import visible
from deploytasks.agent.conversation.wire import Frame, frames, pack_json
from deploytasks.agent.engine.events import Ended, Event, Note, Outcome, StepDone, StepUndone
from deploytasks.agent.release.commands import request_in

EXIT_CODES = {Outcome.FAILED: 2, Outcome.LOCKED: 6}
PENDING = 3
NOT_PUT_BACK = 8
USAGE = 5


class Lines:
    """Tells events in lines on standard output, where a conversation has a controller that does.

    A check tells how many steps of which role would change something, and which these are when it is *verbose*.
    """

    def __init__(self, *, check: bool, verbose: bool, show_diff: bool) -> None:
        self.mask = Mask()
        self._check = check
        self._verbose = verbose or show_diff or not check
        self._show_diff = show_diff
        self._would: Dict[str, int] = {}

    def say(self, event: Event) -> None:
        if isinstance(event, StepDone) and event.outcome is not Outcome.OK:
            self._step(event)
        elif isinstance(event, StepUndone):
            self._tell("undone   %s: %s  %s" % (event.role, event.step, event.reason))
        elif isinstance(event, Note):
            self._tell("         " + event.text)

    def _step(self, done: StepDone) -> None:
        would = self._check and done.outcome is Outcome.CHANGED
        if would:
            self._would[done.role] = self._would.get(done.role, 0) + 1
        if would and not self._verbose:
            return
        self._tell("%-8s %s: %s" % ("would" if would else done.outcome.value, done.role, done.step))
        self._tell_below(done.reason)
        self._tell_below(done.diff if self._show_diff else "")
        self._tell_below(done.output)

    def end(self, ended: Ended) -> None:
        if self._would and not self._verbose:
            roles = ", ".join("%s %d" % role for role in self._would.items())
            self._tell("would change steps of %s; --verbose names them, --diff shows how" % roles)
        would = self._check and ended.outcome is Outcome.CHANGED
        counts = "ok=%d %s=%d failed=%d skipped=%d" % (
            ended.ok,
            "would_change" if self._check else "changed",
            ended.changed,
            ended.failed,
            ended.skipped,
        )
        standing = "%s %s" % ("serves" if ended.put_back else "current", ended.release or "nothing")
        self._tell("%-8s %s  %s" % ("would change" if would else ended.outcome.value, counts, standing))
        self._tell_below(ended.error or "")

    def _tell_below(self, text: str) -> None:
        for line in self.mask(text).splitlines():
            self._tell("         | " + line)

    def _tell(self, line: str) -> None:
        """Whoever has gone, or cannot read it, does not hold the work up."""
        with contextlib.suppress(OSError, ValueError):
            print(visible(self.mask(line).rstrip(), but="\t"), flush=True)


def main(archive: str, words: Sequence[str]) -> int:
    """Carry out what *archive* holds, as *words* say; returns the exit code that ``inv deploy`` would have."""
    chosen = _parser(archive).parse_args(words)
    if os.geteuid():
        print("run it as root: sudo python3 %s" % archive, file=sys.stderr)
        return USAGE
    os.umask(0o022)
    gone = threading.Event()
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: gone.set())
    lines = Lines(check=chosen.check, verbose=chosen.verbose, show_diff=chosen.diff)
    with zipfile.ZipFile(archive) as kept, tempfile.TemporaryFile() as said:
        made = request_in(_first(kept.read(REQUEST)).to_json())
        request = made._replace(check=chosen.check, by_hand=True, force=chosen.force)
        with kept.open(SAID) as packed:
            shutil.copyfileobj(packed, said)
        said.seek(0)
        inlet = Inlet(said.fileno(), lambda: None, pack_json(request.to_json()))
        ended = answer(inlet, lines, gone, os.environ.get("SSH_CONNECTION", ""))
    lines.end(ended)
    return exit_code(ended, check=chosen.check)


def exit_code(ended: Ended, *, check: bool) -> int:
    """As a deploy's: 0, 2 failed, 3 would change something, 6 locked, 8 failed and not put back."""
    if ended.outcome is Outcome.FAILED and not ended.put_back:
        return NOT_PUT_BACK
    if ended.outcome is Outcome.CHANGED and check:
        return PENDING
    return EXIT_CODES.get(ended.outcome, 0)


class Words(argparse.ArgumentParser):
    """A mistyped flag ends with the code for mistakes, not with that of a host that failed."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, "%s: %s\n" % (self.prog, message))


def _parser(archive: str) -> Words:
    parser = Words(
        prog=os.path.basename(archive), description="Deploy to this host, as root, what this file holds."
    )
    parser.add_argument("--check", action="store_true", help="change nothing, tell what would change")
    parser.add_argument(
        "--verbose", action="store_true", help="with --check: each step that would change something"
    )
    parser.add_argument("--diff", action="store_true", help="show what differs")
    parser.add_argument(
        "--force",
        action="store_true",
        help="also where another release has come to serve since this was made",
    )
    return parser


def _first(packed: bytes) -> Frame:
    position = 0

    def read(size: int) -> bytes:
        nonlocal position
        position += size
        return packed[position - size : position]

    return next(frames(read))
