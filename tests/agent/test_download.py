"""What a server gives counts when it is what was asked for, and is nothing otherwise."""

from __future__ import annotations

import os

import pytest

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.fetched.download import Download

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="what is fetched is root's")
WANTED = "sha256:" + digest_of(b"wanted")


def fetched(host, download: Download) -> None:
    download.apply(host.machine, Change(download.inspect(host.machine), download.desired()))


def test_something_else_leaves_what_was_and_every_address_is_told(host):
    host.write("/srv/x", "old")
    address = host.serve_pages({"/x": b"something else"})
    with pytest.raises(StepError, match="/srv/x does not come") as told:
        fetched(host, Download("/srv/x", address + "/x", WANTED, mirrors=(address + "/none",)))
    assert "its SHA-256 is" in told.value.output
    assert "/none: HTTP Error 404" in told.value.output
    assert host.path("/srv/x").read_text() == "old"
    assert set(os.listdir(host.path("/srv"))) <= {"x", ".keep"}


def test_a_mode_alone_asks_no_server(host):
    host.write("/srv/x", "wanted", 0o600)
    fetched(host, Download("/srv/x", "http://localhost:1/", WANTED))
    assert host.path("/srv/x").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("url", "checksum", "said"),
    [
        ("file:///etc/shadow", WANTED, "expected http"),
        ("https://ann:secret@x.test/", WANTED, "without a login"),
        ("https://x.test/", "md5:0", "expected sha256:"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(url, checksum, said):
    with pytest.raises(ValueError, match=said):
        Download("/srv/x", url, checksum)
