"""Ctrl-C while keys go to a host: told, and no exception."""

from __future__ import annotations

import os
import signal

from deploytasks.here.signals import interrupts


def test_ctrl_c_is_told_and_afterwards_what_it_was():
    before = signal.getsignal(signal.SIGINT)
    with interrupts() as pressed:
        assert not pressed.is_set()
        os.kill(os.getpid(), signal.SIGINT)
        assert pressed.wait(20)
    assert signal.getsignal(signal.SIGINT) is before
