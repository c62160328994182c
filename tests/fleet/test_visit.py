"""A conversation with one host: whatever becomes of it is that host's result, and no other's."""

from __future__ import annotations

import re
import subprocess
from dataclasses import asdict

import pytest

from deploytasks.agent.engine.events import (
    Answer,
    Ended,
    Hello,
    Knock,
    Note,
    Outcome,
    Printed,
    Ready,
    Taken,
)
from deploytasks.agent.release.facts import Facts
from deploytasks.agent.release.questions import Destroy, Logs, Prune, Rollback, Run, Scale, Status
from deploytasks.agent.release.request import Converge
from deploytasks.errors import AgentCrashed, NotTheAgent, Unreachable
from deploytasks.fleet.applying import ask, carry_out
from deploytasks.fleet.crew import STOPPING
from deploytasks.fleet.manner import Manner
from deploytasks.planning.plan import Plan
from deploytasks.planning.standard import app_alone
from deploytasks.report import QuietReporter
from tests.fleet.stage import LONG_S, Stage, nothing

GIT = ["git", "-c", "user.name=ann", "-c", "user.email=ann@example.com"]


class Witness(QuietReporter):
    """Keeps what was told; presses Ctrl-C when it hears one of *alarms*."""

    def __init__(self, *alarms):
        self.events = []
        self.alarms = list(alarms)

    def event(self, host, event):
        self.events.append((host, event))
        if event in self.alarms:
            self.alarms.remove(event)
            raise KeyboardInterrupt


def asked(tmp_path, question, **scripts):
    """How that question ends on hosts that have these scripts."""
    stage = Stage(scripts)
    variables = {"app_source": str(tmp_path)}
    return ask(stage.hosts(tmp_path, **variables), app_alone, question, Manner("ask", way_to=stage.way_to))


def says(*events):
    """A script of these events alone."""
    return lambda agent: iter(events)


def breaks(agent):
    """A bug of ours."""
    yield Note("well so far")
    raise LookupError("a bug")


def test_it_is_told_who_asks_what_about_which_app(tmp_path):
    heard = []

    def listens(agent):
        heard.append(agent.request)
        yield Ended(Outcome.OK)

    asked(tmp_path, Scale("worker", "3"), w1=listens)
    (request,) = heard
    assert request.question == Scale("worker", "3")
    assert (request.command, request.app.name, request.check, request.project) == ("ask", "shop", False, "")


@pytest.mark.parametrize("question", [Rollback(), Destroy()])
def test_what_could_be_another_projects_is_asked_in_the_name_of_ones_own(tmp_path, question):
    heard = []

    def listens(agent):
        heard.append(agent.request.project)
        yield Ended(Outcome.OK)

    for words in (["init"], ["commit", "--allow-empty", "--message", "one"]):
        subprocess.run([*GIT, *words], cwd=tmp_path, check=True, capture_output=True)
    asked(tmp_path, question, w1=listens)
    assert re.fullmatch("[0-9a-f]{12}", heard[0])


@pytest.mark.parametrize("question", [Status(), Logs(), Run("id")], ids=lambda question: question.ask)
def test_a_lost_answer_to_what_changes_nothing_is_a_host_that_was_not_reached(tmp_path, question):
    results = asked(tmp_path, question, w1=nothing)
    assert isinstance(results.error_of("w1"), Unreachable)
    assert (results.exit_code, results["w1"].outcome) == (4, Outcome.UNREACHABLE)


@pytest.mark.parametrize(
    "question", [Scale("web", "2"), Rollback(), Prune()], ids=lambda question: question.ask
)
def test_a_lost_answer_to_what_changes_something_wants_a_person(tmp_path, question):
    results = asked(tmp_path, question, w1=nothing)
    assert isinstance(results.error_of("w1"), AgentCrashed)
    assert (results.exit_code, results["w1"].put_back) == (8, False)
    assert "its journal on the host knows how far it came" in results["w1"].error


def test_a_host_that_lies_or_meets_a_bug_of_ours_ends_alone(tmp_path):
    honest = says(Answer({"release": None}), Ended(Outcome.OK))
    results = asked(tmp_path, Status(), liar=says(Printed(b"O", b"x")), bug=breaks, honest=honest)
    assert isinstance(results.error_of("liar"), NotTheAgent)
    assert results["bug"].error == "bug: internal error: LookupError: a bug"
    assert results.answers == {"honest": {"release": None}}
    assert results["honest"].went_well


def interrupted(tmp_path, stage, *alarms):
    """How a deploy ends that is interrupted when these events are told, and what was told."""
    witness = Witness(*alarms)
    manner = Manner(way_to=stage.way_to, reporter=witness)
    results = carry_out(stage.hosts(tmp_path), app_alone, Converge(), lambda _: Plan(()), manner)
    return results, witness.events


def works_until_left(agent):
    """It undoes when nobody waits for it any more."""
    yield Hello(asdict(Facts()))
    agent.hears()
    yield Note("at work")
    assert agent.left.wait(LONG_S)
    agent.notes("undoes")
    yield Ended(Outcome.FAILED, failed=1, error="stopped")


def waits_at_a_gate(agent):
    yield Hello(asdict(Facts()))
    agent.hears()
    yield Ready("switch")
    agent.notes("is told nothing more" if agent.frame() is None else "is told to go on")
    yield Ended(Outcome.FAILED, failed=1, error="stopped")


def never_ends(agent):
    yield Hello(asdict(Facts()))
    agent.hears()
    yield Note("at work")
    agent.closed.wait(LONG_S)


def test_who_is_interrupted_asks_all_hosts_to_stop_and_waits_for_them(tmp_path):
    stage = Stage({"w1": works_until_left, "w2": works_until_left})
    results, told = interrupted(tmp_path, stage, Note("at work"))
    assert sorted(stage.did("undoes")) == ["w1", "w2"]
    assert results.exit_code == 130
    assert [results[name].error for name in ("w1", "w2")] == ["stopped"] * 2
    assert sorted(host for host, event in told if event == Note(STOPPING)) == ["w1", "w2"]


def test_one_that_waits_for_the_others_hears_of_an_interruption_by_the_end_of_its_input(tmp_path):
    stage = Stage({"w1": waits_at_a_gate, "w2": works_until_left})
    interrupted(tmp_path, stage, Note("at work"))
    assert stage.did("is told nothing more") == ["w1"]


def test_who_is_interrupted_twice_leaves_the_end_to_the_hosts(tmp_path):
    stage = Stage({"w1": never_ends})
    results, _ = interrupted(tmp_path, stage, Note("at work"), Note(STOPPING))
    assert results.exit_code == 130
    assert results["w1"].error == "w1: left while it was working: it ends by itself; inv status tells how"
    assert not results["w1"].put_back


def test_a_host_hears_whether_it_can_be_reached_anew(tmp_path):
    heard = []

    def doubts(agent):
        yield Knock()
        heard.append(agent.hears())
        yield Ended(Outcome.OK)

    asked(tmp_path, Status(), w1=doubts)
    assert heard == [{"refused": ""}]


class Streams:
    """Those of a command, which reads *given* and of which one reads no more than *readable* pieces."""

    def __init__(self, *given, readable=9):
        self.given = given
        self.readable = readable
        self.printed = []

    def pieces(self):
        return iter(self.given)

    def print(self, printed):
        self.printed.append((printed.letter, printed.data))
        return len(self.printed) <= self.readable


def run_command(tmp_path, script, streams):
    stage = Stage({"w1": script})
    manner = Manner("run", way_to=stage.way_to, streams=lambda _: streams)
    return ask(stage.hosts(tmp_path), app_alone, Run("cat", reads=True, verbatim=True), manner)


def test_a_command_reads_what_is_given_and_prints_to_both_outputs(tmp_path):
    streams = Streams(b"one", b"two")

    def cat(agent):
        given = []
        while (frame := agent.frame()).letter == b"D":
            given.append(frame.body)
            yield Taken()
        for letter, piece in [*((b"O", piece) for piece in given), (b"R", b"done")]:
            yield Printed(letter, piece)
            assert agent.hears() == {"taken": True}
        yield Ended(Outcome.FAILED, failed=1, status=7)

    results = run_command(tmp_path, cat, streams)
    assert streams.printed == [(b"O", b"one"), (b"O", b"two"), (b"R", b"done")]
    assert results.exit_code == 7


def test_a_command_whose_output_nobody_reads_any_more_is_to_end(tmp_path):
    def yes(agent):
        while not agent.left.is_set():
            yield Printed(b"O", b"y")
        agent.notes("ends")
        yield Ended(Outcome.OK, status=0)

    streams = Streams(readable=3)
    run_command(tmp_path, yes, streams)
    assert len(streams.printed) == 4
