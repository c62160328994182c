"""What runs of a release has read what is there; what began before starts anew."""

from __future__ import annotations

import time

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.runtime.fresh_processes import FreshProcesses

FRESH = FreshProcesses("shop", "/srv/shop", "shop", "one")
RELEASE = "/srv/shop/releases/one"
WEB, WORKER = "shop@one.service", "shop.worker.one@1.service"


@pytest.fixture
def release(host):
    """Web and a worker began when the machine did; another release's worker, too."""
    for path in ("env", "gunicorn.conf.py", "bin/web", "code/app.py"):
        host.write("%s/%s" % (RELEASE, path), "")
    for unit in (WEB, WORKER, "shop.worker.two@1.service"):
        host.write("/run/active/" + unit, "")
        host.write("/run/began/" + unit, "1")
    return host


def outdated(host):
    return FRESH.inspect(host.machine)["outdated"]


def test_what_began_before_its_files_were_written_starts_anew(release):
    change = Change(FRESH.inspect(release.machine), FRESH.desired())
    assert change.before == {"outdated": [WEB, WORKER]}
    FRESH.apply(release.machine, change)
    assert "systemctl restart -- %s %s" % (WEB, WORKER) in release.calls
    assert outdated(release) == []


def test_what_does_not_run_is_let_be(release):
    release.path("/run/active/" + WEB).unlink()
    assert outdated(release) == [WORKER]


@pytest.mark.parametrize("path", ["env", "bin/web", "code/app.py"])
def test_each_file_that_was_written_since_counts(host, path):
    host.write("%s/%s" % (RELEASE, path), "")
    host.write("/run/active/" + WEB, "")
    assert outdated(host) == []
    host.write("/run/began/" + WEB, "1")
    assert outdated(host) == [WEB]


def test_records_of_the_release_are_read_by_nobody(host):
    for path in (
        "plan.json",
        "manifest",
        "processes.json",
        "ran-release",
        "sealed/abc",
        "collected/site.css",
    ):
        host.write("%s/%s" % (RELEASE, path), "")
    host.write("/run/active/" + WEB, "")
    host.write("/run/began/" + WEB, "1")
    assert outdated(host) == []


def test_a_time_that_is_still_to_come_says_nothing(release, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
    assert outdated(release) == []


def test_one_that_does_not_start_anew_is_tried_on_while_the_repair_is_taken_back(release):
    release.fail("systemctl-restart", "Job for %s failed." % WEB)
    change = Change(FRESH.inspect(release.machine), FRESH.desired())
    with pytest.raises(StepError, match="did not start anew"):
        FRESH.apply(release.machine, change)
    assert release.calls[-2:] == [
        "systemctl reset-failed -- %s %s" % (WEB, WORKER),
        "systemctl start --no-block -- %s %s" % (WEB, WORKER),
    ]
