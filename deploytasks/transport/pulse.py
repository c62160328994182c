"""Notices that a host has stopped answering.

TCP alone does not: while nothing is sent it notices nothing, and the kernel of a frozen host still
acknowledges. So when the host has been silent for an interval, we ask its sshd something, as
``ServerAliveInterval`` in ssh_config(5) does, and expect any word at all. paramiko's own keepalive does not
look for the answer.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import paramiko

from deploytasks.transport.dial import Wire
from deploytasks.transport.route import ALIVE_COUNT

if TYPE_CHECKING:
    from collections.abc import Callable

STEP_S = 0.5
OWN_PAUSE_S = 2.0
"""Who wakes so much later than it meant to was stopped itself, by Ctrl-Z or a closed lid, and could hear nobody."""


class Pulse:
    """Closes *transport* when nothing was heard for three times *interval_s*; 0 stands for never."""

    def __init__(
        self,
        transport: paramiko.Transport,
        interval_s: float,
        wire: Wire | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._interval_s = interval_s
        self._wire = wire
        self._clock = clock
        self._heard_at = clock()
        self._stopped = threading.Event()
        self._gave_up = False
        self._question = threading.Thread()

    def start(self) -> None:
        if self._interval_s:
            threading.Thread(target=self._watch, name="deploytasks-pulse", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def beat(self) -> None:
        """The host has been heard."""
        self._heard_at = self._clock()

    def how_it_ended(self) -> str:
        if self._gave_up:
            return (
                f"the host stopped answering for {self._patience_s:g} s\n"
                "check that it is up and the network; what it had begun, it finishes or undoes by itself"
            )
        return (
            "the connection broke off\n"
            "check that sshd and the network are up; what the host had begun, it finishes or undoes by itself"
        )

    @property
    def _patience_s(self) -> float:
        return self._interval_s * ALIVE_COUNT

    def _watch(self) -> None:
        woke_at = self._clock()
        while not self._stopped.wait(STEP_S) and self._transport.is_active():
            woke_before, woke_at = woke_at, self._clock()
            if woke_at - woke_before > OWN_PAUSE_S:
                self.beat()
            silent_s = woke_at - max(self._heard_at, self._wire.heard_at if self._wire else 0.0)
            if silent_s >= self._patience_s:
                self._gave_up = True
                self._transport.close()
            elif silent_s >= self._interval_s and not self._question.is_alive():
                # In a thread of its own: with a full send buffer, asking blocks.
                self._question = threading.Thread(target=self._ask, daemon=True)
                self._question.start()

    def _ask(self) -> None:
        try:
            self._transport.global_request("keepalive@openssh.com", wait=True)
        except (OSError, EOFError, paramiko.SSHException):
            return
        if self._transport.is_active():
            self.beat()
