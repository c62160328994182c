"""Several units are started at once, and each is judged by the end of its own start."""

from __future__ import annotations

import pytest

from deploytasks.agent.errors import StepError
from deploytasks.agent.services import systemd

WEB, WORKER = "web.service", "worker.service"


def started(host, web, worker):
    """Start both; what systemd says of each is a state and a job at each question."""
    for unit, told in ((WEB, web), (WORKER, worker)):
        host.write("/run/told/" + unit, "".join(line + "\n" for line in told))
    systemd.start(host.machine, [WEB, WORKER], timeout_s=5)


def stopped(host):
    return [call for call in host.calls if call.startswith("systemctl stop")]


def test_a_worker_may_end_and_wait_for_its_restart_while_the_other_still_starts(host):
    started(
        host,
        web=["activating 7", "activating 7", "active 0"],
        worker=["activating 8", "active 0", "activating 0"],
    )
    assert stopped(host) == []


def test_the_one_that_fails_is_stopped_again_and_named(host):
    with pytest.raises(StepError, match=r"worker\.service did not start"):
        started(
            host,
            web=["active 0"],
            worker=["activating 8", "activating 8", "failed 0"],
        )
    assert stopped(host) == ["systemctl stop -- worker.service"]


def test_a_start_without_an_end_is_given_up(host):
    host.write("/run/told/" + WEB, "activating 7\n")
    with pytest.raises(StepError, match=r"web\.service did not start: no end of its start after 0\.1 s"):
        systemd.start(host.machine, [WEB], timeout_s=0.1)
    assert stopped(host) == ["systemctl stop -- web.service"]


def test_what_failed_before_and_how_often_each_was_started_is_forgotten_first(host):
    started(host, web=["active 0"], worker=["active 0"])
    assert host.calls[0] == "systemctl reset-failed -- web.service worker.service"
