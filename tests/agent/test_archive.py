"""What an archive holds is unpacked in its directory, and nowhere else, whoever made it."""

from __future__ import annotations

import os
import stat
import tarfile

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.fetched.archive import Archive
from tests.agent.archives import link, tar, zipped

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="what is unpacked is root's")
SRC, DEST = "/srv/a.tar", "/srv/out"
DEVICE = ("null", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3})


def unpacked(host, content: bytes, **args) -> None:
    host.write(SRC, "")
    host.path(SRC).write_bytes(content)
    archive = Archive(SRC, DEST, **args)
    archive.apply(host.machine, Change(archive.inspect(host.machine), archive.desired()))
    assert not Change(archive.inspect(host.machine), archive.desired())


@pytest.mark.parametrize("pack", [tar, zipped])
def test_the_first_names_are_left_out(host, pack):
    unpacked(host, pack({"tool-1/bin/tool": b"x", "tool-1/README": b"y"}), strip=1)
    assert (host.path(DEST) / "bin/tool").read_bytes() == b"x"
    assert sorted(os.listdir(host.path(DEST))) == [".deploytasks-archive", "README", "bin"]


def test_links_within_and_other_names_of_a_file_are_kept(host):
    unpacked(host, tar({"a/b": b"x"}, link("a/l", "../a/b"), link("h", "a/b", tarfile.LNKTYPE)))
    place = host.path(DEST)
    assert ((place / "a/l").read_bytes(), os.readlink(place / "a/l")) == (b"x", "../a/b")
    assert ((place / "h").read_bytes(), (place / "h").stat().st_nlink) == (b"x", 1)


def test_links_are_their_owners_too(host):
    host.write("/etc/passwd", "games:x:5:60::/:/bin/sh\n")
    host.write("/etc/group", "games:x:60:\n")
    unpacked(host, tar({"a": b"x"}, link("l", "a")), owner="games", group="games")
    found = [os.lstat(host.path(DEST) / name) for name in ("", "a", "l")]
    assert [(each.st_uid, each.st_gid) for each in found] == [(5, 60)] * 3


def test_no_bit_of_another_owner_gets_in(host):
    unpacked(host, tar({}, ("suid", {"mode": 0o4777, "uid": 1000})))
    found = (host.path(DEST) / "suid").stat()
    assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o755, 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (tar({"../out-of": b"x"}), "leads out"),
        (tar({"a/../../out-of": b"x"}), "leads out"),
        (tar({"/etc/passwd": b"x"}), "leads out"),
        (zipped({"../out-of": b"x"}), "leads out"),
        (tar({}, link("l", "/etc")), "may lead out"),
        (tar({}, link("l", "..")), "may lead out"),
        (tar({}, link("a/l", "b/../../..")), "may lead out"),
        (zipped({}, ("l", "/etc/passwd")), "may lead out"),
        (tar({}, link("l", "a"), ("l/x", {})), "behind a link"),
        (tar({}, link("h", "/etc/shadow", tarfile.LNKTYPE)), "another name of a file that is not in it"),
        (tar({}, DEVICE), "a device or a pipe"),
        (tar({}, ("pipe", {"type": tarfile.FIFOTYPE})), "a device or a pipe"),
        (tar({"zeros": bytes(1 << 20)}), "more than most_bytes"),
        (zipped({"zeros": bytes(1 << 20)}), "more than most_bytes"),
        (b"no archive", "no archive that can be read"),
        (tar({"a": os.urandom(1000)})[:500], "no archive that can be read"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_one_that_would_do_harm_leaves_nothing(host, content, said):
    host.write("/srv/x", "")
    before = host.snapshot()
    with pytest.raises(StepError, match=said):
        unpacked(host, content, most_bytes=1 << 16)
    host.path(SRC).unlink()
    assert host.snapshot() == before


def test_another_archive_takes_the_place_of_the_one_before(host):
    unpacked(host, tar({"old": b"1"}))
    unpacked(host, tar({"new": b"2"}))
    assert sorted(os.listdir(host.path(DEST))) == [".deploytasks-archive", "new"]


def test_what_somebody_has_there_is_not_replaced(host):
    host.write(DEST + "/data", "precious")
    with pytest.raises(StepError, match="no archive was unpacked in it"):
        unpacked(host, tar({"new": b"2"}))
    assert host.path(DEST + "/data").read_text() == "precious"


def test_nothing_is_unpacked_while_what_it_creates_is_there(host):
    host.write("/opt/done", "")
    archive = Archive("/srv/no-such", DEST, creates="/opt/done")
    assert not Change(archive.inspect(host.machine), archive.desired())


def test_an_archive_that_is_not_there_is_told(host):
    archive = Archive("/srv/no-such", DEST)
    with pytest.raises(StepError, match="there is no .*/srv/no-such; a step before this one brings it"):
        archive.apply(host.machine, Change(None, archive.desired()))
