"""Names in the file system: replaced in one step, brought back exactly, never followed elsewhere."""

from __future__ import annotations

import os
import stat

import pytest

from deploytasks.agent.disk.entry import read_entry, write_entry, write_file
from deploytasks.agent.errors import StepError


@pytest.fixture
def place(tmp_path):
    return tmp_path / "there"


def make_file(place):
    place.write_bytes(b"not UTF-8: \xff\n")
    place.chmod(0o640)


def make_link(place):
    place.symlink_to("nowhere")


def make_directory(place):
    place.mkdir(0o711)


def make_nothing(place):
    """Nothing is there."""


MAKERS = [make_file, make_link, make_directory, make_nothing]


def make_another_file(place):
    place.write_text("another\n")


def make_another_link(place):
    place.symlink_to("elsewhere")


def make_another_directory(place):
    place.mkdir(0o700)


PAIRS = [
    (make_file, make_another_file),
    (make_link, make_another_link),
    (make_directory, make_another_directory),
    *((maker, make_nothing) for maker in MAKERS),
    *((make_nothing, maker) for maker in MAKERS),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_what_was_there_can_be_replaced_and_brought_back(place, tmp_path, one, other):
    one(place)
    other(tmp_path / "model")
    before, wanted = read_entry(str(place)), read_entry(str(tmp_path / "model"))
    write_entry(str(place), wanted)
    assert read_entry(str(place)) == wanted
    write_entry(str(place), before)
    assert read_entry(str(place)) == before
    assert {path.name for path in tmp_path.iterdir()} <= {"there", "model"}


@pytest.mark.parametrize("other", MAKERS[:3])
@pytest.mark.parametrize("one", [*MAKERS[:3], os.mkfifo])
def test_nothing_takes_the_place_of_another_kind_of_thing(place, tmp_path, one, other):
    if one is other:
        return
    one(place)
    other(tmp_path / "model")
    before = os.lstat(place)
    with pytest.raises(StepError, match=r"wanted; (move it away|remove the link)|leads to no directory"):
        write_entry(str(place), read_entry(str(tmp_path / "model")))
    assert os.path.samestat(before, os.lstat(place))
    assert {path.name for path in tmp_path.iterdir()} == {"there", "model"}


def test_a_directory_with_something_in_it_is_not_replaced(place):
    place.mkdir()
    (place / "precious").write_text("")
    for state in (None, {"kind": "symlink", "target": "x"}):
        with pytest.raises(StepError, match=r"there is a directory.*move it away"):
            write_entry(str(place), state)
    assert (place / "precious").exists()


@pytest.mark.fault(72)
def test_a_link_that_others_may_have_made_is_replaced_and_not_followed(place, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine\n")
    place.symlink_to(victim)
    tmp_path.chmod(0o777)
    write_file(str(place), b"new\n", {"mode": "0600"})
    assert (place.read_text(), place.is_symlink(), victim.read_text()) == ("new\n", False, "mine\n")


@pytest.mark.fault(72)
def test_a_planted_link_beside_is_not_followed(place, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine\n")
    (tmp_path / ".there.deploytasks-new").symlink_to(victim)
    write_file(str(place), b"new\n", {"mode": "0600"})
    assert victim.read_text() == "mine\n"


def test_a_reader_of_the_old_content_keeps_it(place):
    place.write_text("old\n")
    with place.open() as reader:
        write_file(str(place), b"new\n", {"mode": "0644"})
        assert reader.read() == "old\n"


def test_a_failed_write_leaves_the_old_content_and_nothing_beside(place, tmp_path):
    place.write_text("old\n")
    with pytest.raises(StepError, match="there is no user 'nobody-at-all'"):
        write_file(str(place), b"new\n", {"mode": "0644", "owner": "nobody-at-all"})
    assert (place.read_text(), os.listdir(tmp_path)) == ("old\n", ["there"])


def test_a_secret_is_never_readable_for_others(place):
    previous = os.umask(0)
    try:
        write_file(str(place), b"secret\n", {})
    finally:
        os.umask(previous)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_missing_directory_is_told(tmp_path):
    with pytest.raises(StepError, match="a Directory step before this one makes it"):
        write_file(str(tmp_path / "no" / "file"), b"", {})


def test_what_is_neither_file_nor_directory_nor_link_is_let_be(place):
    os.mkfifo(place)
    assert read_entry(str(place)) == {"kind": "other"}
    with pytest.raises(StepError, match="move it away"):
        write_entry(str(place), {"kind": "other"})
