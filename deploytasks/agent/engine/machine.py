"""The operating system that the agent stands on, under a settable root."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from deploytasks.agent.engine.blobs import Blobs
from deploytasks.agent.engine.units import NoUnits, Units
from deploytasks.agent.errors import StepError, Stopped
from deploytasks.agent.frozen import frozen

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/root",
    "DEBIAN_FRONTEND": "noninteractive",
}
"""What programs see, whatever the login shell of the host exports."""


ASKED_AGAIN_FOR_S, ASKED_AGAIN_S = 15.0, 0.1


@frozen
class Completed:
    """How a program ended: its exit status and all that it printed."""

    argv: Tuple[str, ...]
    status: int
    stdout: str
    stderr: str

    @property
    def ok(self) -> bool:
        return self.status == 0

    @property
    def output(self) -> str:
        """Both streams, as a person would read them."""
        return "\n".join(text.rstrip() for text in (self.stdout, self.stderr) if text.strip())


def _nobody_listens(line: str) -> None:
    del line


def _is_answered(done: Completed) -> bool:
    del done
    return True


@dataclass
class Machine:
    """Where resources look and act: files below *root*, programs of *environment*'s PATH.

    *say* takes one line about what is being waited for. *blobs* holds the contents that came with
    the plan, *recording* is what a release keeps of it. *stop* is set when the controller is gone;
    it is heeded while *stoppable*. *units* are what runs here for long. A program that has not *answered*
    by its end, as what it asks is just being started anew, is asked again. *knock* has the controller
    connect anew, or to a port (0: log in once more), and returns why it could not, if so; None where there is none.
    Being *thorough*, contents are compared that a glance would take for what they were. *holds* keep what nobody else
    may take away meanwhile. What goes on at the *deadline*, of the monotonic clock, is too slow.
    """

    root: str = "/"
    environment: Mapping[str, str] = field(default_factory=lambda: dict(ENVIRONMENT))
    say: Callable[[str], None] = _nobody_listens
    blobs: Blobs = field(default_factory=Blobs)
    recording: Mapping[str, Any] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    stoppable: bool = True
    units: Units = field(default_factory=NoUnits)
    answered: Callable[[Completed], bool] = _is_answered
    knock: Optional[Callable[[int], str]] = None
    thorough: bool = False
    holds: List[Any] = field(default_factory=list)
    deadline: float = float("inf")

    def path(self, path: str) -> str:
        """*path*, which is absolute, below this machine's root."""
        return path if self.root == "/" else os.path.join(self.root, path.lstrip("/"))

    def has(self, program: str) -> bool:
        """Whether *program* can be run."""
        places = [os.path.join(directory, program) for directory in self.environment["PATH"].split(":")]
        return any(os.path.isfile(place) and os.access(place, os.X_OK) for place in places)

    def ask(
        self,
        argv: Sequence[str],
        env: Optional[Mapping[str, str]] = None,
        timeout_s: float = 60,
        stdin: str = "",
    ) -> Completed:
        """Run *argv*, which reads *stdin*, and return how it ended.

        A program that is missing ends with 127; one that is too slow is killed, with its children, and ends with 124.
        One that has not answered is asked again, for 15 seconds.
        """
        deadline = min(time.monotonic() + ASKED_AGAIN_FOR_S, self.deadline)
        timeout_s = min(timeout_s, max(self.deadline - time.monotonic(), 0))
        done = self._ask_once(argv, env, timeout_s, stdin)
        while not self.answered(done) and time.monotonic() < deadline:
            time.sleep(ASKED_AGAIN_S)
            done = self._ask_once(argv, env, timeout_s, stdin)
        return done

    def _ask_once(
        self, argv: Sequence[str], env: Optional[Mapping[str, str]], timeout_s: float, stdin: str
    ) -> Completed:
        try:
            child = subprocess.Popen(
                list(argv),
                env=self._environment(env),
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (FileNotFoundError, PermissionError) as error:
            return Completed(tuple(argv), 127, "", str(error))
        try:
            stdout, stderr = child.communicate(stdin.encode("utf-8") if stdin else None, timeout=timeout_s)
        except subprocess.TimeoutExpired:
            from deploytasks.agent.engine.process_group import kill

            kill(child.pid)
            stdout, _ = child.communicate()
            return Completed(tuple(argv), 124, _text(stdout), "no end after %g s" % timeout_s)
        return Completed(tuple(argv), child.returncode, _text(stdout), _text(stderr))

    def run(
        self, argv: Sequence[str], env: Optional[Mapping[str, str]] = None, timeout_s: float = 600
    ) -> Completed:
        """Run *argv* and return how it ended; raise ``StepError`` with its output when that is not 0."""
        done = self.ask(argv, env, timeout_s)
        if not done.ok:
            raise StepError("%s ended with %d" % (" ".join(argv), done.status), done.output)
        return done

    def heed_stop(self) -> None:
        """Raise ``Stopped`` when the run shall end here, and ``StepError`` after the deadline."""
        if self.stoppable and self.stop.is_set():
            raise Stopped
        if time.monotonic() > self.deadline:
            raise StepError("it has not ended in the time that it has")

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """What is done meanwhile has *seconds*: programs are ended then, and waits (0: as long as they need)."""
        before = self.deadline
        self.deadline = time.monotonic() + seconds if seconds else before
        try:
            yield
        finally:
            self.deadline = before

    def wait_until(self, ready: Callable[[], bool], timeout_s: float, every_s: float = 0.05) -> bool:
        """Ask *ready* every *every_s* seconds until it says yes; False when *timeout_s* passes before."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            self.heed_stop()
            if time.monotonic() > deadline:
                return False
            time.sleep(every_s)
        return True

    def _environment(self, extra: Optional[Mapping[str, str]]) -> Dict[str, str]:
        return {**self.environment, **(extra or {})}


def _text(raw: Optional[bytes]) -> str:
    return (raw or b"").decode("utf-8", "replace")
