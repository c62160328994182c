"""A file of which somebody has a part: what cannot be read is not taken for empty."""

from __future__ import annotations

import pytest

from deploytasks.agent.disk.part import text_of


def test_what_is_not_there_is_empty(tmp_path):
    (tmp_path / "file").write_text("x")
    assert text_of(str(tmp_path / "none")) == text_of(str(tmp_path / "file/below")) == ""


def test_what_is_there_and_cannot_be_read_is_an_error(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "directory").mkdir()
    for name in ("loop", "directory"):
        with pytest.raises(OSError, match=name):
            text_of(str(tmp_path / name))


def test_its_bytes_are_kept(tmp_path):
    (tmp_path / "file").write_bytes(b"a\r\nb\xff\n")
    assert text_of(str(tmp_path / "file")).encode("utf-8", "surrogateescape") == b"a\r\nb\xff\n"
