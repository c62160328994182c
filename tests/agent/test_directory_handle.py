"""Names are acted upon in the directory that was found: links of others lead root nowhere."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

import deploytasks.agent
from deploytasks.agent.disk.directory_handle import opened, reading, reading_roots
from deploytasks.agent.disk.entry import make_directory, read_entry, remove_whole, write_file
from deploytasks.agent.errors import StepError

AGENT = Path(deploytasks.agent.__file__).parent
MADE = "[lf]?chown|[lf]?chmod|replace|rename|link|symlink|mkdir|makedirs|open|utime|truncate"
GONE = "unlink|remove|rmdir|removedirs"
DIRECTLY = re.compile(
    rf"\bos\.(?:{MADE}|{GONE})\b|\bshutil\.(?:rmtree|move|copyfile|copy2?)\b|(?<![\w.])open\("
)
THE_DOOR = ("disk/directory_handle.py", "disk/owners.py")
"""The second has what not every system has."""


@pytest.fixture
def theirs(tmp_path):
    """A directory that others may write to."""
    place = tmp_path / "theirs"
    place.mkdir()
    place.chmod(0o777)
    return place


@pytest.fixture
def victim(tmp_path):
    place = tmp_path / "victim"
    place.mkdir(mode=0o700)
    (place / "precious").write_text("precious\n")
    return place


def test_the_rest_of_the_agent_has_no_other_door():
    found = [
        f"{path.relative_to(AGENT)}:{number}: {line.strip()}"
        for path in sorted(AGENT.rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if DIRECTLY.search(line) and str(path.relative_to(AGENT)) not in (*THE_DOOR, "boot.py")
    ]
    assert found == []


def test_a_link_of_root_in_roots_directory_is_followed(tmp_path, victim):
    (tmp_path / "link").symlink_to("victim")
    (tmp_path / "absolute").symlink_to(victim)
    for name in ("link", "absolute"):
        with opened(str(tmp_path / name)) as directory:
            assert (directory.names(), directory.trusted) == (["precious"], True)
        with reading(str(tmp_path / name / "precious")) as file:
            assert file.read() == "precious\n"


@pytest.mark.parametrize("below", ["", "/sub"])
def test_a_link_that_others_may_have_made_is_not(theirs, victim, below):
    (victim / "sub").mkdir()
    (theirs / "link").symlink_to(victim)
    place = f"{theirs}/link{below}"
    for act in (
        lambda: make_directory(place, {"mode": "0777"}),
        lambda: write_file(f"{place}/precious", b"", {}),
        lambda: read_entry(f"{place}/precious"),
        lambda: remove_whole(f"{place}/precious"),
    ):
        with pytest.raises(StepError, match="root does not follow"):
            act()
    assert (victim / "precious").read_text() == "precious\n"
    assert stat.S_IMODE(victim.stat().st_mode) == 0o700


def test_a_link_of_root_below_a_directory_of_others_is_not_followed(theirs, victim):
    (theirs / "mine").mkdir()
    (theirs / "mine/link").symlink_to(victim)
    with pytest.raises(StepError, match="root does not follow"), opened(f"{theirs}/mine/link"):
        pass


def test_a_link_itself_is_removed_and_what_it_leads_to_stays(theirs, victim):
    (theirs / "link").symlink_to(victim)
    (theirs / "directory").mkdir()
    (theirs / "directory/link").symlink_to(victim)
    remove_whole(f"{theirs}/link")
    remove_whole(f"{theirs}/directory")
    assert (list(theirs.iterdir()), (victim / "precious").exists()) == ([], True)


def test_links_in_a_circle_end(tmp_path):
    (tmp_path / "one").symlink_to("other")
    (tmp_path / "other").symlink_to("one")
    with pytest.raises(OSError, match="Too many levels"), opened(str(tmp_path / "one")):
        pass


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StepError, match="no regular file"), reading(str(tmp_path / "pipe")):
        pass


def test_an_error_tells_the_whole_path(tmp_path):
    with pytest.raises(FileNotFoundError) as caught, opened(str(tmp_path)) as directory:
        directory.remove("nothing")
    assert caught.value.filename == str(tmp_path / "nothing")


def test_what_others_may_have_written_is_not_acted_on(tmp_path):
    (tmp_path / "plan").write_text("{}")
    (tmp_path / "plan").chmod(0o646)
    with (
        pytest.raises(StepError, match="can be written to by others than root"),
        reading_roots(str(tmp_path / "plan")),
    ):
        pass
