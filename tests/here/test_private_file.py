"""A file that holds secrets is its owner's from its first byte."""

from __future__ import annotations

import os
import stat

import pytest

from deploytasks.here.private_file import writing_private


def test_nobody_else_may_read_it_while_it_is_written_or_then(tmp_path):
    place = tmp_path / "shop.pyz"
    place.write_text("old")
    place.chmod(0o644)
    with writing_private(place) as file:
        file.write(b"secret")
        file.flush()
        (made,) = set(tmp_path.iterdir()) - {place}
        assert stat.S_IMODE(made.stat().st_mode) == 0o600
        assert place.read_text() == "old"
    assert place.read_bytes() == b"secret"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [place]


def test_an_error_leaves_what_was_there(tmp_path):
    place = tmp_path / "shop.pyz"
    place.write_text("old")
    with pytest.raises(ZeroDivisionError), writing_private(place) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert place.read_text() == "old"
    assert list(tmp_path.iterdir()) == [place]


def test_a_link_leads_to_what_is_written(tmp_path):
    place, link = tmp_path / "shop.pyz", tmp_path / "latest.pyz"
    link.symlink_to(place)
    with writing_private(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert place.read_bytes() == b"new"


def test_what_is_no_file_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="Invalid argument"), writing_private(pipe):
        pass
    with pytest.raises(IsADirectoryError), writing_private(tmp_path):
        pass
    assert stat.S_ISFIFO(pipe.stat().st_mode)
