from __future__ import annotations

import pytest

from deploytasks.agent.engine.events import Ended, Outcome
from deploytasks.report import HostRecap, Recap


def test_the_agents_last_word_and_the_controllers_measures_make_a_recap():
    ended = Ended(
        "failed", ok=3, changed=1, failed=1, release="r1", error="no", step="app: x", put_back=False
    )
    assert HostRecap.of(ended, elapsed_s=0.5, sent_bytes=9) == HostRecap(
        Outcome.FAILED,
        ok=3,
        changed=1,
        failed=1,
        release="r1",
        error="no",
        elapsed_s=0.5,
        sent_bytes=9,
        step="app: x",
        put_back=False,
    )


def test_an_outcome_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="splendid"):
        HostRecap.of(Ended("splendid"), elapsed_s=0.0, sent_bytes=0)


@pytest.mark.parametrize(("exit_code", "ok"), [(0, True), (2, False), (3, False), (130, False)])
def test_only_exit_code_0_is_ok(exit_code, ok):
    assert Recap("check", exit_code, 0.1, {}).ok is ok


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_host_went_well_unless_it_failed_or_was_never_worked_on(outcome):
    bad = {Outcome.FAILED, Outcome.UNREACHABLE, Outcome.LOCKED}
    assert HostRecap(outcome).went_well is (outcome not in bad)
