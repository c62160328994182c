"""A directory that holds something is removed when that is asked for, and then for good."""

from __future__ import annotations

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.absent import Absent


def made_so(host, absent: Absent) -> None:
    absent.apply(host.machine, Change(absent.inspect(host.machine), absent.desired()))


def test_what_is_in_a_directory_stays_unless_it_is_asked_for(host):
    host.write("/srv/old/data", "precious")
    with pytest.raises(StepError, match="not empty"):
        made_so(host, Absent("/srv/old"))
    assert host.path("/srv/old/data").exists()


def test_recursive_removes_links_and_not_what_they_lead_to(host):
    host.write("/srv/data/x", "precious")
    host.write("/srv/old/a/b", "")
    host.link("/srv/old/l", str(host.path("/srv/data")))
    made_so(host, Absent("/srv/old", recursive=True))
    assert not host.path("/srv/old").exists()
    assert host.path("/srv/data/x").read_text() == "precious"


def test_what_cannot_be_brought_back_is_not_promised(host):
    host.write("/srv/old/a", "")
    absent = Absent("/srv/old", recursive=True)
    assert not absent.brings_back(host.machine, absent.inspect(host.machine))
    single = Absent("/srv/old/a", recursive=True)
    assert single.brings_back(host.machine, single.inspect(host.machine))


@pytest.mark.parametrize("path", ["/", "//", "/."])
def test_a_host_is_not_removed(path):
    with pytest.raises(ValueError, match="can be without"):
        Absent(path, recursive=True)
