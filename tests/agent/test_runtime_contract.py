"""The one contract of all runtimes: what is asked of each, by the commands and steps that ask it."""

from __future__ import annotations

from typing import Iterator

import pytest

from deploytasks.agent.engine.events import LogLine, Outcome
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.commands import command
from deploytasks.agent.release.questions import Logs
from deploytasks.agent.release.runtime.absent_units import AbsentUnits
from deploytasks.agent.release.runtime.instance import Instance
from deploytasks.agent.release.runtime.only_instance import OnlyInstance
from deploytasks.agent.release.runtime.process_units import enabled
from deploytasks.agent.release.runtime.runtime import up
from tests.agent.runtimes import CONTAINED, EARLIER, NAME, PASSES_SIGNALS, RUNTIMES, Deployed, deployed_with


@pytest.fixture(params=RUNTIMES)
def app(request) -> Iterator[Deployed]:
    """An app that does not run yet."""
    with deployed_with(request.param) as found:
        yield found


@pytest.fixture
def running(app) -> Deployed:
    ended, _ = app.ask("processes", act="start")
    assert ended.outcome is Outcome.CHANGED
    return app


def test_what_is_started_is_told(running):
    status, units = running.status(), [running.web, *running.workers]
    told = {process["unit"]: process for process in status["processes"]}
    assert {unit: told[unit]["state"] for unit in units} == dict.fromkeys(units, "active")
    assert len({told[unit]["pid"] for unit in units} - {None}) == len(units)
    assert all(told[unit]["since"] for unit in units)
    timer = told[running.app.timer("cleanup")]
    assert (timer["state"], timer["next"]) == ("active", "2026-11-23T00:00:00Z")
    assert status["health"] == {"ok": True, "status": "ok", "error": None}


def test_what_runs_is_not_started_again(running):
    before = running.pids()
    ended, _ = running.ask("processes", act="start")
    assert ended.outcome is Outcome.OK
    assert running.pids() == before


def test_what_is_stopped_runs_no_longer_and_the_others_do(running):
    running.ask("processes", act="stop", process="worker")
    told = running.processes()
    assert {told[unit]["state"] for unit in running.workers} == {"inactive"}
    assert {told[unit]["pid"] for unit in running.workers} == {None}
    assert told[running.web]["state"] == "active"


def test_what_is_restarted_is_another_process(running):
    before = running.pids()
    running.ask("processes", act="restart")
    after = running.pids()
    for unit in (running.web, *running.workers):
        assert after[unit] not in (None, before[unit])


def test_what_does_not_start_tells_its_words_and_is_stopped_again(app):
    app.said_by(app.web, "no module named shop")
    app.breaks(app.web)
    with pytest.raises(StepError, match="%s did not start" % app.web) as caught:
        app.ask("processes", act="start", process="web")
    assert "no module named shop" in caught.value.output
    assert app.pids()[app.web] is None


@pytest.mark.parametrize("number", [1, 3])
def test_a_process_is_there_as_often_as_a_hand_says_now_and_at_boot(running, number):
    running.ask("scale", process="worker", workers=str(number))
    units = [running.release.process_unit("worker", str(each + 1)) for each in range(number)]
    assert running.numbers()["worker"] == number
    assert sorted(up(running.runtime, "*.worker.*")) == units
    assert enabled(running.machine, running.app) == set(units)


def test_a_server_changes_its_number_of_workers_where_signals_reach_it(running):
    main = running.pids()[running.web]
    if running.name not in PASSES_SIGNALS:
        with pytest.raises(StepError, match="gunicorn does not change its number of workers while it runs"):
            running.ask("scale", process="web", workers="3")
        return
    for number in (3, 1):
        running.ask("scale", process="web", workers=str(number))
        assert running.numbers()["web"] == running.processes()[running.web]["workers"] == number
    assert running.pids()[running.web] == main


def test_lines_are_told_in_order_and_of_one_process_alone(running):
    running.said_by(running.web, "first")
    running.said_by(running.workers[0], "second")
    running.said_by("nginx.service", "somebody else")
    running.said_by(running.web, "third")
    assert running.log() == [("web", "first"), ("worker", "second"), ("web", "third")]
    assert running.log(process="worker") == [("worker", "second")]
    assert running.log(lines=1) == [("web", "third")]
    assert running.log(grep="^f") == [("web", "first")]


def test_a_log_is_followed_until_the_controller_is_gone(running):
    running.said_by(running.web, "before")
    session = running.session(Logs(follow=True, lines=1))
    heard = session.outlet.say

    def go_on(event):
        heard(event)
        if event.text == "after":
            running.machine.stop.set()
        else:
            running.said_by(running.web, "after")

    session.outlet.say = go_on
    command("logs")(session)
    running.machine.stop.clear()
    assert [event.text for event in session.outlet.events] == ["before", "after"]


def test_a_command_prints_and_ends_as_it_does(running):
    ended, said = running.ask("run", shell_command="echo \"a  b\" '$HOME'; echo c >&2; exit 3")
    assert [event.text for event in said if isinstance(event, LogLine)] == ["a  b $HOME", "c"]
    assert (ended.outcome, ended.status) == (Outcome.FAILED, 3)
    assert running.ask("run", shell_command="true")[0].status == 0


def test_a_command_runs_where_the_app_does_and_is_not_for_everybody_to_read(running):
    running.ask("run", shell_command="echo for nobody else")
    asked = [call for call in running.host.calls if call.startswith("docker ")]
    assert bool(asked) == (running.name in CONTAINED)
    assert [call for call in running.host.calls if "for nobody else" in call] == []


def test_a_command_that_prints_no_text_is_ended(running):
    with pytest.raises(StepError, match="it prints bytes that are no text"):
        running.ask("run", shell_command="printf '\\0\\n'; exec sleep 60")


def test_who_is_connected_is_waited_for_and_counted_in_the_end(running):
    assert running.runtime.drain(running.release.socket, 5) == 0
    with running.somebody_connected():
        assert running.runtime.drain(running.release.socket, 0.1) == 1


def test_an_instance_of_another_release_is_retired(running):
    earlier = running.app.release(EARLIER)
    running.runtime.start([earlier.service_unit])
    running.runtime.start_at_boot([earlier.service_unit])
    only = OnlyInstance(running.app.name, running.app.root, running.app.user, NAME, drain_s=0.1)
    assert only.inspect(running.machine) == {"other instances": [EARLIER]}
    only.apply(running.machine, Change(only.inspect(running.machine), only.desired()))
    assert only.inspect(running.machine) == only.desired()
    assert not running.runtime.state(earlier.service_unit).is_there
    assert running.runtime.state(running.web).runs


def test_an_instance_is_started_and_taken_back(app):
    instance = Instance(app.web, "", app.release.socket)
    before = instance.inspect(app.machine)
    instance.apply(app.machine, Change(before, instance.desired()))
    assert app.runtime.is_up(app.web)
    instance.apply(app.machine, Change(instance.inspect(app.machine), before))
    assert instance.inspect(app.machine) == before == {"service": "inactive"}


def test_a_vigil_sees_another_process(running):
    vigil = running.runtime.vigil(running.web)
    vigil.begin()
    vigil.look()
    running.runtime.restart([running.web])
    with pytest.raises(StepError):
        vigil.look()


def test_after_a_destroy_nothing_is_there(running):
    running.runtime.start_at_boot(running.workers)
    patterns = (running.app.name + "@*.service", running.app.name + ".*")
    gone = AbsentUnits(patterns)
    gone.apply(running.machine, Change(gone.inspect(running.machine), gone.desired()))
    running.runtime.start_at_boot(running.workers, enabled=False)
    running.runtime.undefine(
        [unit for unit in running.runtime.defined() if unit.startswith(running.app.name)]
    )
    assert gone.inspect(running.machine) == gone.desired()
    assert running.runtime.states(*patterns) == {}
    assert enabled(running.machine, running.app) == frozenset()
    assert [unit for unit in running.runtime.defined() if unit.startswith(running.app.name)] == []
