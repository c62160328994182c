"""A base is bootstrapped from the controller's mirrors, or from Debian's own."""

from __future__ import annotations

from pathlib import Path

from deploytasks.targets.base import mmdebstrap


def test_each_source_is_an_argument_after_the_tar_file():
    argv = mmdebstrap(
        "trixie", Path("/t/root.tar"), "deb http://m.example trixie main\ndeb http://s.example x main\n"
    )
    assert argv[-4:] == [
        "trixie",
        "/t/root.tar",
        "deb http://m.example trixie main",
        "deb http://s.example x main",
    ]


def test_without_sources_the_mirrors_are_debians_own():
    assert mmdebstrap("trixie", Path("/t/root.tar"), "")[-2:] == ["trixie", "/t/root.tar"]
