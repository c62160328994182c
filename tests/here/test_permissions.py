"""Who else may read or write a file, where the file system keeps that and where it does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploytasks.here import permissions
from deploytasks.here.access_list import others_in
from deploytasks.here.permissions import NOT_KEPT, anyone_may_write, who_else_may_read, who_else_may_use


@pytest.fixture
def key(tmp_path) -> Path:
    file = tmp_path / "id_ed25519"
    file.write_text("key")
    file.chmod(0o600)
    return file


@pytest.fixture
def without_modes(tmp_path, monkeypatch) -> None:
    """As on a file system where every file has the mode that all may do all."""
    made = permissions.tempfile.NamedTemporaryFile

    def everybodys(**options: object) -> object:
        file = made(**options)
        os.fchmod(file.fileno(), 0o777)
        return file

    forget()
    monkeypatch.setattr(permissions.tempfile, "NamedTemporaryFile", everybodys)
    yield
    forget()


def forget() -> None:
    permissions._keeps_modes.cache_clear()
    permissions._tell.cache_clear()


@pytest.fixture
def with_access_lists(tmp_path, monkeypatch) -> Path:
    """A program as icacls(1): ``NAME /save FILE`` writes what stands in the file that is returned."""
    said, programs = tmp_path / "said", tmp_path / "programs"
    programs.mkdir()
    program = programs / "icacls"
    program.write_text(f'#!/bin/sh\n[ "$2" = /save ] && iconv -t UTF-16LE {said} > "$3"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return said


def test_a_file_of_its_owner_alone_is_nobody_elses(key):
    assert who_else_may_read(key) == ""


def test_a_mode_that_lets_others_read_is_told_with_its_remedy(key):
    key.chmod(0o640)
    assert who_else_may_read(key) == f"is readable by others (mode 0640); chmod 600 {key}"


def test_a_key_is_refused_where_no_modes_are_kept_and_chmod_is_no_advice(key, without_modes):
    key.chmod(0o777)
    told = who_else_may_use(key)
    assert "keeps no permissions" in told
    assert told.endswith("move it to ~/.ssh/id_ed25519")
    assert "chmod" not in told


def test_other_secrets_are_read_there_and_it_is_told_once(key, without_modes, capsys):
    key.chmod(0o777)
    assert who_else_may_read(key) == who_else_may_read(key) == ""
    assert capsys.readouterr().err.count(NOT_KEPT) == 1


@pytest.mark.parametrize(
    ("sddl", "others"),
    [
        ("D:PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;S-1-5-21-1-2-3-1001)", ""),
        ("D:AI(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)", "Users"),
        ("D:AI(A;;FA;;;WD)(A;;FR;;;AU)", "Authenticated Users, Everyone"),
        ("D:AI(D;;FA;;;WD)", ""),
        ("D:AI(A;;FA;;;S-1-1-0)", "Everyone"),
        ("D:AI(A;;WD;;;BU)", ""),
    ],
)
def test_an_access_list_says_who_may_read(sddl, others):
    assert others_in(sddl) == others


def test_where_there_are_access_lists_they_decide(key, without_modes, with_access_lists, capsys):
    key.chmod(0o777)
    with_access_lists.write_text("id_ed25519\nD:PAI(A;;FA;;;SY)\n")
    assert who_else_may_use(key) == who_else_may_read(key) == ""
    with_access_lists.write_text("id_ed25519\nD:PAI(A;;FA;;;WD)\n")
    assert who_else_may_read(key).startswith("is readable by others (Everyone); icacls")
    assert who_else_may_use(key) == who_else_may_read(key)
    assert capsys.readouterr().err == ""


def test_what_anyone_may_write_is_told_where_the_mode_means_it(key):
    key.chmod(0o646)
    assert anyone_may_write(key, key.stat())
    key.chmod(0o644)
    assert not anyone_may_write(key, key.stat())


def test_where_no_modes_are_kept_a_mode_means_nothing(key, without_modes):
    key.chmod(0o777)
    assert not anyone_may_write(key, key.stat())


def test_where_no_file_can_be_made_the_file_itself_is_looked_at(key, monkeypatch):
    def full(**options: object) -> object:
        raise OSError

    forget()
    monkeypatch.setattr(permissions.tempfile, "NamedTemporaryFile", full)
    key.chmod(0o644)
    assert "chmod 600" in who_else_may_read(key)
    assert key.stat().st_mode & 0o777 == 0o644
    forget()
