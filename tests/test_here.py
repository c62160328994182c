"""Home directories in the paths that people write."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from deploytasks.here import expanded, who_sits_here


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
