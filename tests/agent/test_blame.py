"""Errors of the operating system, told with the file that they are about."""

from __future__ import annotations

import errno

import pytest

from deploytasks.agent.disk.blame import blamed_on
from deploytasks.agent.errors import what_failed


@pytest.mark.parametrize("path", ["/srv/a b", b"/srv/a b"])
def test_a_file_is_named_however_its_name_was_given(path):
    error = OSError(errno.EROFS, "Read-only file system", path)
    assert what_failed(error) == "/srv/a b: Read-only file system"


def test_of_two_names_the_one_that_is_written_to_is_told():
    error = OSError(errno.EXDEV, "Invalid cross-device link", "/tmp/a", None, "/srv/a")
    assert what_failed(error) == "/srv/a: Invalid cross-device link"


def test_an_error_without_a_name_gets_one(tmp_path):
    with pytest.raises(OSError, match="No space left") as raised, blamed_on(str(tmp_path / "a")):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert what_failed(raised.value) == "%s: No space left on device" % (tmp_path / "a")
