"""This machine: home directories in the paths that people write, who sits at it, what is asked aside."""

from __future__ import annotations

import getpass
import os
import threading
from pathlib import Path

import pytest

from deploytasks.here import aside, expanded, who_sits_here


def test_a_tilde_is_home(monkeypatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert expanded("~/key.pem") == Path("/home/somebody/key.pem")
    assert expanded(Path("~root")) == Path("/root")


def test_other_paths_stay() -> None:
    assert expanded("keys/~me.pem") == Path("keys/~me.pem")


def test_the_home_of_nobody_stays() -> None:
    assert expanded("~nobody-here/key.pem") == Path("~nobody-here/key.pem")


def test_who_has_no_name_is_called_by_number(monkeypatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    monkeypatch.setenv("LOGNAME", "")
    assert who_sits_here() == "54321"
    assert getpass.getuser() == "54321"


def test_what_is_asked_aside_goes_on_meanwhile_and_is_answered_when_it_is_wanted():
    asked, go_on = threading.Event(), threading.Event()
    answer = aside(lambda: asked.set() or go_on.wait(20) and "an answer")
    assert asked.wait(20)
    go_on.set()
    assert (answer(), answer()) == ("an answer", "an answer")


def test_what_goes_wrong_aside_is_told_where_the_answer_is_wanted():
    answer = aside(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        answer()
