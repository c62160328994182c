"""What a run of a plan guarantees, on a host of files."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from deploytasks.agent.engine.engine import Engine
from deploytasks.agent.engine.events import Note, Outcome, StepDone, StepStarted, StepUndone
from deploytasks.agent.engine.journal import Journal
from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.engine.plan import Handler, Plan, Step
from deploytasks.agent.engine.resource import Resource
from deploytasks.agent.errors import CannotUndo, StepError
from deploytasks.agent.files.directories import Directories
from deploytasks.agent.files.directory import Directory
from deploytasks.agent.files.file import File
from deploytasks.agent.files.symlink import Symlink
from deploytasks.agent.programs.command import Command
from deploytasks.agent.programs.run import Run
from deploytasks.agent.services.reload import Reload
from deploytasks.agent.services.restart import Restart
from deploytasks.agent.services.service import Service


class PowerFailure(BaseException):
    """Nothing after it is carried out."""


@dataclass(frozen=True)
class Blackout(Resource):
    """A step in which the agent dies."""

    def desired(self):
        return {"light": True}

    def inspect(self, machine):
        return None

    def apply(self, machine, change):
        if change.after is not None:
            raise PowerFailure


class Deploys:
    """Runs of plans on *host*, one after the other, with what each said."""

    def __init__(self, host):
        self.host = host
        self.journal = Journal(str(host.home / "state" / "journal.jsonl"))
        self.events = []

    def __call__(self, *steps, check=False, skipped=(), release=""):
        self.events.clear()
        machine = self.host.machine
        engine = Engine(machine, self.journal, self.events.append, check)
        if not check:
            engine.recover()
        owned = tuple(step if step.role else step.in_role("app") for step in steps)
        return engine.carry_out(
            Plan(owned, skipped=tuple(skipped), release=release, whole=True), {"command": "deploy"}
        )

    def file(self, path, content, **options):
        return Step(
            "write %s" % path, File(path, content, "0644", self.host.user, self.host.group), **options
        )

    def said(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def handled(self):
        """Which handlers ran, in order."""
        log = self.host.path("/srv/handled")
        return log.read_text().split() if log.exists() else []


@pytest.fixture
def deploy(host):
    return Deploys(host)


def handler(name, **options):
    return Handler(name, Run(("sh", "-c", "echo %s >> handled" % name), cwd="/srv"), **options)


failing = Step("fail", Command(("sh", "-c", "echo no luck; false"), creates="/never"))
blackout = Step("die", Blackout())


def test_a_second_run_changes_nothing(deploy):
    steps = [deploy.file("/etc/a", "1\n"), deploy.file("/etc/b", "2\n", notify=handler("reload"))]
    first = deploy(*steps)
    assert (first.outcome, first.ok, first.changed) == (Outcome.CHANGED, 0, 3)
    second = deploy(*steps)
    assert (second.outcome, second.ok, second.changed) == (Outcome.OK, 2, 0)
    assert deploy.said(StepStarted) == []
    assert deploy.handled == ["reload"]


def test_a_check_says_the_same_and_touches_nothing(deploy, host):
    steps = [deploy.file("/etc/a", "1\n"), deploy.file("/etc/b", "2\n", notify=handler("reload"))]
    before = host.snapshot()
    ended = deploy(*steps, check=True)
    assert (ended.outcome, ended.changed) == (Outcome.CHANGED, 2)
    assert host.snapshot() == before
    assert not (host.home / "state").exists()


def test_handlers_run_once_after_all_steps_of_their_role(deploy):
    deploy(
        deploy.file("/etc/a", "1\n", role="nginx", notify=handler("reload", role="nginx")),
        deploy.file("/etc/b", "2\n", role="nginx", notify=handler("reload", role="nginx")),
        deploy.file("/etc/c", "3\n", role="app"),
    )
    assert deploy.handled == ["reload"]
    names = [event.step for event in deploy.said(StepDone)]
    assert names == ["write /etc/a", "write /etc/b", "reload", "write /etc/c"]


def test_two_roles_may_have_handlers_of_one_name(deploy):
    deploy(
        deploy.file("/etc/a", "1\n", role="nginx", notify=handler("reload", role="nginx")),
        deploy.file("/etc/b", "2\n", role="apache", notify=handler("reload", role="apache")),
    )
    assert deploy.handled == ["reload", "reload"]


def test_phases_come_in_their_order_whatever_the_order_of_steps(deploy):
    deploy(
        deploy.file("/etc/late", "", phase=Phase.CONFIRM), deploy.file("/etc/early", "", phase=Phase.PREPARE)
    )
    assert [event.step for event in deploy.said(StepDone)] == ["write /etc/early", "write /etc/late"]


def test_a_failure_takes_everything_back_in_reverse_and_handles_it_again(deploy, host):
    host.write("/etc/a", "old\n", 0o600)
    before = host.snapshot()
    ended = deploy(
        deploy.file("/etc/a", "new\n", role="nginx", notify=handler("reload", role="nginx")),
        deploy.file("/etc/b", "new\n"),
        failing,
    )
    assert (ended.outcome, ended.step, ended.error) == (
        Outcome.FAILED,
        "app: fail",
        "sh -c echo no luck; false ended with 1",
    )
    assert (ended.output, ended.put_back) == ("no luck", True)
    assert [event.step for event in deploy.said(StepUndone)] == ["write /etc/b", "write /etc/a"]
    assert deploy.handled == ["reload", "reload"]
    host.path("/srv/handled").unlink()
    assert host.snapshot() == before


def test_a_handler_that_needs_what_a_later_one_gives_back_gets_a_second_try(deploy, host):
    """As a web server needs the port that another has until it reads its configuration again."""
    takes = Handler("take", Run(("sh", "-c", "mkdir port && echo took >> handled"), cwd="/srv"), role="nginx")
    gives = Handler("give", Run(("sh", "-c", "rmdir port && echo gave >> handled"), cwd="/srv"), role="caddy")
    deploy(
        deploy.file("/etc/a", "new\n", role="nginx", notify=takes),
        deploy.file("/etc/b", "new\n", role="caddy", notify=gives),
        Step("take it", Command(("mkdir", "port"), creates="/srv/port", cwd="/srv")),
        failing,
    )
    assert deploy.handled == ["took", "gave", "gave", "took"]


BELL = "bell.service"
ringing = Handler("ring", Restart(BELL), role="app")
failing_later = replace(failing, phase=Phase.SWITCH)


def test_a_service_that_ran_before_a_failed_run_runs_after_it(deploy, host):
    """Whatever took it down: here a step, in earnest a reload that met a port in other hands."""
    host.write("/run/active/" + BELL, "")
    down = Step("stop it", Command(("systemctl", "stop", "--", BELL), creates="/never/"))
    ended = deploy(deploy.file("/etc/a", "1\n", notify=Handler("reload", Reload(BELL))), down)
    assert (ended.outcome, ended.put_back) == (Outcome.FAILED, True)
    assert host.path("/run/active/" + BELL).exists()


def test_a_host_on_which_a_service_runs_no_more_was_not_put_back(deploy, host):
    host.write("/run/active/" + BELL, "")
    host.write("/run/cracked/" + BELL, "")
    ended = deploy(deploy.file("/etc/a", "1\n", notify=ringing), failing_later)
    assert not ended.put_back
    assert ended.error.endswith("what could not be put back: bell.service does not run any more")
    host.path("/run/cracked/" + BELL).unlink()
    assert deploy(deploy.file("/etc/a", "1\n", notify=ringing)).outcome is Outcome.CHANGED
    assert host.path("/run/active/" + BELL).exists()


def test_what_did_not_run_before_a_failed_run_is_not_started_by_its_undo(deploy, host):
    runs = Step("run it", Service(BELL, enabled=False))
    ended = deploy(deploy.file("/etc/a", "1\n", notify=ringing), runs, failing_later)
    assert ended.put_back
    assert not host.path("/run/active/" + BELL).exists()
    assert host.calls.count("systemctl restart -- bell.service") == 1


def test_what_a_failed_run_started_and_nobody_stops_reads_the_old_file_again(deploy, host):
    ended = deploy(deploy.file("/etc/a", "1\n", notify=ringing), failing_later)
    assert ended.put_back
    assert host.calls.count("systemctl restart -- bell.service") == 2


def test_a_new_directory_that_holds_data_by_then_stays(deploy, host):
    data = Directory("/srv/data", owner=host.user, group=host.group)
    fill = Step("fill", Command(("touch", "data/x"), creates="/srv/data/x", cwd="/srv"))
    ended = deploy(Step("make it", data), fill, deploy.file("/etc/a", "1\n"), failing)
    assert ended.put_back
    assert host.path("/srv/data/x").exists()
    assert [event.step for event in deploy.said(StepUndone)] == ["write /etc/a"]


def test_of_several_new_directories_those_go_that_are_empty(deploy, host):
    owned = {"owner": host.user, "group": host.group}
    paths = ("/srv/app", "/srv/app/data", "/srv/app/empty", "/srv/app/empty/too")
    places = Directories(tuple(Directory(path, **owned) for path in paths))
    fill = Step("fill", Command(("touch", "data/x"), creates="/srv/app/data/x", cwd="/srv/app"))
    ended = deploy(Step("make them", places), fill, failing)
    assert ended.put_back
    assert sorted(path for path in host.snapshot() if path.startswith("srv/app")) == [
        "srv/app", "srv/app/data", "srv/app/data/x",
    ]  # fmt: skip
    assert deploy.said(StepUndone) == [StepUndone("app", "make them")]


def test_several_directories_that_hold_something_all_of_them_stay(deploy, host):
    places = Directories((Directory("/srv/data", owner=host.user, group=host.group),))
    fill = Step("fill", Command(("touch", "data/x"), creates="/srv/data/x", cwd="/srv"))
    ended = deploy(Step("make them", places), fill, failing)
    assert ended.put_back
    assert deploy.said(StepUndone) == []


def test_what_cannot_be_undone_stays(deploy, host):
    marker = Step("mark", Command(("touch", "marker"), creates="/srv/marker", cwd="/srv"))
    ended = deploy(marker, deploy.file("/etc/a", "1\n"), failing)
    assert ended.put_back
    assert host.path("/srv/marker").exists()
    assert [event.step for event in deploy.said(StepUndone)] == ["write /etc/a"]


def test_a_failed_undo_is_told(deploy, host):
    spoil = Step(
        "spoil", Command(("sh", "-c", "rm link && mkdir -p link/x && false"), creates="/never", cwd="/srv")
    )
    ended = deploy(Step("link it", Symlink("/srv/link", "x")), spoil)
    assert not ended.put_back
    assert deploy.said(StepUndone)[0].reason.endswith("is a directory that is not empty; move it away")


def test_a_failure_after_the_release_stands_undoes_nothing(deploy, host):
    housekeeping = Step("prune", failing.resource, phase=Phase.FINISH)
    ended = deploy(deploy.file("/etc/a", "1\n"), housekeeping)
    assert (ended.outcome, ended.put_back) == (Outcome.FAILED, False)
    assert host.path("/etc/a").read_text() == "1\n"
    assert deploy.said(StepUndone) == []


def test_what_still_differs_after_the_change_has_failed(deploy):
    ended = deploy(Step("pretend", Command(("true",), unless=("false",))))
    assert (ended.outcome, ended.error) == (Outcome.FAILED, "it still differs after the change")
    assert ended.output == "done: False → True"


def test_a_sensitive_step_never_shows_its_values(deploy, host):
    host.write("/srv/env", "KEY=hunter1\n")
    ended = deploy(deploy.file("/srv/env", "KEY=hunter2\n", sensitive=True), failing)
    assert ended.outcome is Outcome.FAILED
    assert "hunter" not in repr(deploy.events)
    assert "content: changed (secret)" in deploy.said(StepDone)[0].diff


def test_a_run_that_was_cut_short_is_undone_by_the_next(deploy, host):
    host.write("/etc/a", "old\n")
    with pytest.raises(PowerFailure):
        deploy(deploy.file("/etc/a", "new\n", notify=handler("reload")), blackout)
    assert host.path("/etc/a").read_text() == "new\n"
    ended = deploy()
    assert ended.outcome is Outcome.OK
    assert host.path("/etc/a").read_text() == "old\n"
    assert deploy.handled == ["reload"]
    assert [note.text for note in deploy.said(Note)] == [
        "the last deploy was cut short; undoing what it had begun"
    ]


def test_a_run_that_was_cut_short_is_undone_once(deploy, host):
    with pytest.raises(PowerFailure):
        deploy(deploy.file("/etc/a", "new\n"), blackout)
    deploy()
    host.write("/etc/a", "mine\n")
    deploy()
    assert host.path("/etc/a").read_text() == "mine\n"


def test_a_run_that_was_cut_short_after_its_release_stood_is_kept(deploy, host):
    with pytest.raises(PowerFailure):
        deploy(deploy.file("/etc/a", "new\n"), Step("die", Blackout(), phase=Phase.FINISH))
    deploy()
    assert host.path("/etc/a").read_text() == "new\n"
    assert "going on" in deploy.said(Note)[0].text


def test_an_earlier_run_that_cannot_be_undone_stops_the_next(deploy, host):
    with pytest.raises(PowerFailure):
        deploy(Step("link it", Symlink("/srv/link", "x")), blackout)
    host.path("/srv/link").unlink()
    host.write("/srv/link/file", "")
    with pytest.raises(StepError, match="could not be undone: link it"):
        deploy()


def test_a_journal_that_names_what_is_gone_stops_the_next_and_is_named(deploy, host):
    with pytest.raises(PowerFailure):
        deploy(deploy.file("/etc/a", "new\n"), blackout)
    journal = host.home / "state" / "journal.jsonl"
    journal.write_text(journal.read_text().replace('"File"', '"metrics.graph:File"'))
    with pytest.raises(
        CannotUndo, match=r"cannot be understood.*No module named 'metrics'(.|\n)*journal\.jsonl"
    ):
        deploy()


def test_a_journal_of_a_later_version_is_told_and_let_be(deploy, host):
    with pytest.raises(PowerFailure):
        deploy(deploy.file("/etc/a", "new\n"), blackout)
    journal = host.home / "state" / "journal.jsonl"
    later = journal.read_text().replace('"format": 1', '"format": 2')
    journal.write_text(later)
    with pytest.raises(
        StepError, match=r"the last deploy is in format 2, .*pip install --upgrade deploytasks"
    ):
        deploy()
    assert (journal.read_text(), host.path("/etc/a").read_text()) == (later, "new\n")


def flaky(host):
    """A handler that works once ``/srv/works`` exists, notified by a step that cannot be undone."""
    restart = Handler("restart", Run(("sh", "-c", "test -e works && echo restart >> handled"), cwd="/srv"))
    return Step("mark", Command(("touch", "marker"), creates="/srv/marker", cwd="/srv"), notify=restart)


def test_a_handler_that_failed_is_owed_to_the_next_run(deploy, host):
    assert deploy(flaky(host)).step == "app: restart"
    host.write("/srv/works", "")
    ended = deploy(flaky(host))
    assert (ended.outcome, ended.ok, ended.changed) == (Outcome.CHANGED, 1, 1)
    assert deploy.handled == ["restart"]
    deploy(flaky(host))
    assert deploy.handled == ["restart"]


def test_what_is_owed_acts_in_its_present_form(deploy, host):
    broken = Handler("poke", Run(("sh", "-c", "exit 1")))
    assert deploy(deploy.file("/srv/a", "1", notify=broken)).outcome is Outcome.FAILED
    host.path("/srv/a").write_text("1")
    ended = deploy(deploy.file("/srv/a", "1", notify=handler("poke")))
    assert (ended.outcome, deploy.handled) == (Outcome.CHANGED, ["poke"])


def test_what_is_owed_and_no_plan_knows_any_more_is_told_and_forgotten(deploy, host):
    broken = Handler("poke", Run(("sh", "-c", "exit 1")))
    deploy(deploy.file("/srv/a", "1", notify=broken))
    ended = deploy(deploy.file("/srv/b", "1"), release="r1")
    assert ended.outcome is Outcome.CHANGED
    assert [note.text for note in deploy.said(Note)] == [
        "app: poke is owed no more: nothing is called so now"
    ]
    assert deploy.journal.owed() == ()


def test_a_run_of_a_part_leaves_what_is_owed_to_others(deploy, host):
    deploy(deploy.file("/srv/a", "1", notify=Handler("poke", Run(("sh", "-c", "exit 1")))))
    deploy(deploy.file("/srv/b", "1").in_role("other"))
    assert [debt.name for debt in deploy.journal.owed()] == ["poke"]


def test_a_check_tells_what_is_owed(deploy, host):
    deploy(deploy.file("/srv/a", "1", notify=Handler("poke", Run(("sh", "-c", "exit 1")))))
    ended = deploy(deploy.file("/srv/b", "1", notify=handler("poke")), check=True)
    told = [(done.step, done.outcome, done.diff) for done in deploy.said(StepDone)]
    assert ("poke", Outcome.CHANGED, "owed since a run that failed") in told
    assert ended.changed == 2
    assert deploy.handled == []


def test_a_failed_run_names_what_it_cannot_take_back(deploy, host):
    done = Step("migrate", Command(("touch", str(host.path("/srv/done"))), creates="/srv/done"))
    ended = deploy(done, deploy.file("/srv/a", "1", notify=Handler("poke", Run(("sh", "-c", "exit 1")))))
    assert (ended.outcome, ended.put_back, ended.stays) == (Outcome.FAILED, True, ("migrate",))


def test_a_debt_survives_a_run_that_was_cut_short(deploy, host):
    deploy(flaky(host))
    with pytest.raises(PowerFailure):
        deploy(blackout, flaky(host))
    host.write("/srv/works", "")
    deploy(flaky(host))
    assert deploy.handled == ["restart"]


def test_a_debt_survives_a_run_that_was_cut_short_before_its_handler(deploy, host):
    with pytest.raises(PowerFailure):
        deploy(flaky(host), blackout)
    deploy(flaky(host))
    host.write("/srv/works", "")
    deploy(flaky(host))
    assert deploy.handled == ["restart"]


def test_a_debt_survives_the_undo_of_a_step_that_notified_it_too(deploy, host):
    marked = flaky(host)
    deploy(marked)
    deploy(deploy.file("/etc/a", "1\n", notify=marked.notify), failing)
    host.write("/srv/works", "")
    deploy(marked)
    assert deploy.handled == ["restart"]


def test_a_debt_may_wait_for_what_its_role_brings_later(deploy, host):
    deploy(flaky(host))
    ended = deploy(flaky(host), deploy.file("/srv/works", "", phase=Phase.START))
    assert (ended.outcome, ended.changed, ended.failed) == (Outcome.CHANGED, 2, 0)
    assert deploy.handled == ["restart"]
    assert (
        Note("app: restart fails still: sh -c test -e works && echo restart >> handled ended with 1")
        in deploy.events
    )
    deploy(flaky(host))
    assert deploy.handled == ["restart"]


def test_a_debt_is_not_left_until_nothing_can_be_undone_any_more(deploy, host):
    deploy(flaky(host))
    ended = deploy(flaky(host), deploy.file("/srv/late", "", phase=Phase.FINISH))
    assert (ended.step, ended.put_back) == ("app: restart", True)


def test_a_debt_that_all_of_its_role_does_not_help_fails_the_run(deploy, host):
    deploy(flaky(host))
    assert deploy(flaky(host), deploy.file("/srv/other", "", phase=Phase.START)).step == "app: restart"
    assert not host.path("/srv/other").exists()


def test_a_lost_controller_before_the_switch_means_undo(deploy, host):
    machine = host.machine
    engine = Engine(machine, deploy.journal, deploy.events.append)
    machine.stop.set()
    ended = engine.carry_out(Plan((deploy.file("/etc/a", "1\n", phase=Phase.PREPARE),)))
    assert (ended.outcome, ended.put_back) == (Outcome.FAILED, True)
    assert not host.path("/etc/a").exists()


def test_a_lost_controller_after_the_switch_means_going_on(deploy, host):
    machine = host.machine
    engine = Engine(machine, deploy.journal, deploy.events.append)
    machine.stop.set()
    ended = engine.carry_out(Plan((deploy.file("/etc/a", "1\n", phase=Phase.CONFIRM),)))
    assert ended.outcome is Outcome.CHANGED


def test_skipped_steps_are_counted_and_let_be(deploy, host):
    ended = deploy(deploy.file("/etc/a", "1\n"), skipped=[deploy.file("/etc/b", "2\n")])
    assert (ended.changed, ended.skipped) == (1, 1)
    assert not host.path("/etc/b").exists()


def test_systemd_is_asked_once_about_all_units_of_a_plan_that_changes_nothing(deploy, host):
    steps = [Step(f"run {name}", Service(name)) for name in ("nginx", "redis", "cron")]
    deploy(*steps)
    before = len(host.calls)
    assert deploy(*steps).outcome is Outcome.OK
    assert [call.partition(" --")[0] for call in host.calls[before:]] == ["systemctl show"]


def test_what_a_step_has_changed_is_known_to_the_next(deploy):
    ended = deploy(Step("run it", Service("cron")), Step("rest", Service("cron", running=False)))
    assert (ended.outcome, ended.changed) == (Outcome.CHANGED, 2)
