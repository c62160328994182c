from __future__ import annotations

from deploytasks.agent.engine.events import Ended, Note, Outcome, StepDone, StepStarted, StepUndone
from deploytasks.report.progress import Progress


def test_a_host_waits_until_it_says_something():
    assert Progress().is_waiting
    assert not Progress().after(Note("here"), 5.0).is_waiting
    assert Progress().elapsed_s(9.0) == 0.0


def test_a_step_at_work_has_a_clock_of_its_own():
    at_work = Progress().after(Note("here"), 5.0).after(StepStarted("app", "build"), 7.0)
    assert (at_work.phase, at_work.elapsed_s(9.0), at_work.step_elapsed_s(9.0)) == ("app: build", 4.0, 2.0)


def test_a_step_that_ended_is_counted():
    progress = Progress().after(StepStarted("app", "build"), 1.0)
    for outcome in ("ok", "ok", "changed"):
        progress = progress.after(StepDone("app", "build", outcome), 2.0)
    assert progress.counts == {Outcome.OK: 2, Outcome.CHANGED: 1}
    assert progress.step_elapsed_s(9.0) is None


def test_undoing_is_shown_as_what_the_host_is_at():
    assert Progress().after(StepUndone("app", "build"), 1.0).phase == "undoing app: build"


def test_the_time_of_a_host_stops_with_its_last_event():
    over = Progress().after(Note("here"), 5.0).after(Ended("locked"), 6.5)
    assert (over.is_over, over.outcome, over.elapsed_s(100.0)) == (True, Outcome.LOCKED, 1.5)
