"""Processes besides web: workers, a beat, a release command, a job with a schedule; and how many of them there are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cell import load_on
from tests.e2e.controller import wait_for
from tests.e2e.faults import cut_deploy, deployed_here, records_before
from tests.e2e.project import Project, difference, files

DIARY = Path(__file__).with_name("diary.py")
RELEASE_COMMAND = "echo releasing; python diary.py once"
PROCFILE = {
    "web": "gunicorn app:app",
    "worker": "python diary.py",
    "beat": "cd . && python diary.py",
    "release": RELEASE_COMMAND,
}
EVERY_OTHER_SECOND = "*:*:0/2"
UNITS = "/etc/systemd/system"
number = count(1)


@pytest.fixture(scope="module")
def deployed(web, tmp_path_factory) -> Project:
    """An app with two workers and a beat, whose first release serves."""
    project = Project.make("crew", tmp_path_factory.mktemp("crew"), web, gunicorn_workers=2)
    project.write("app/diary.py", DIARY.read_text())
    project.configure(
        app_env={"COLOUR": "teal", "DIARY": f"{project.root}/shared"},
        app_drain_timeout_s=10,
        app_processes={"worker": {"count": 2}},
    )
    procfile(project)
    project.deploy()
    return project


@pytest.fixture
def crew(deployed) -> Iterator[Project]:
    """The same app with its first processes, as many as at first; its settings are the first ones."""
    yield deployed
    procfile(deployed)
    deployed.configure(app_watch_s=0, app_processes={"worker": {"count": 2}})
    if deployed.target.run(["test", "-e", f"{deployed.root}/scale.json"], check=False).returncode == 0:
        deployed.inv("scale", "--process", "worker", "--workers", "default")
        deployed.inv("scale", "--workers", "default")
    if running(deployed) != {"worker.1", "worker.2", "beat.1"}:
        deployed.deploy()
    assert running(deployed) == {"worker.1", "worker.2", "beat.1"}


def test_all_run_in_the_environment_of_their_release(crew):
    begun = [entry for entry in diary(crew) if entry["event"] == "began"]
    assert {entry["name"] for entry in begun} == {"worker.1", "worker.2", "beat.1"}
    venv = crew.target.run(["readlink", "-e", f"{crew.root}/current/venv"]).stdout.strip()
    own = {(entry["user"], entry["colour"], resolved(crew, entry["python"])) for entry in begun}
    assert own == {("crew", "teal", venv)}


def test_a_second_deploy_leaves_them_alone(crew):
    before = diary(crew)
    assert crew.deploy().host["changed"] == 0
    assert diary(crew) == before


def test_a_switch_ends_the_old_ones_before_the_new_ones_begin(crew):
    old = crew.current
    crew.code(f"edition {next(number)}")
    crew.deploy()
    assert crew.current != old
    assert_handed_over(crew, old, crew.current)
    crew.inv("rollback")
    assert crew.current == old
    assert running(crew) == {"worker.1", "worker.2", "beat.1"}
    assert {entry["release"] for entry in alive(crew)} == {old}
    assert_never_two(crew, "beat.1")


def test_the_release_command_runs_once_for_each_release(crew):
    releases = []
    for _ in range(2):
        crew.code(f"edition {next(number)}")
        run = crew.deploy()
        releases.append(crew.current)
        assert run.changed.index("run the release command") < run.changed.index("start the new instance")
    crew.inv("rollback")
    crew.inv("rollback", "--to", releases[-1])
    ran = Counter(entry["release"] for entry in diary(crew) if entry["event"] == "ran")
    assert [ran[release] for release in releases] == [1, 1]
    said = logged(crew, "--process", "release", "--lines", "1000")
    assert {line["process"] for line in said} == {"release"}
    assert "releasing" in [line["text"] for line in said]


def test_a_release_command_that_fails_leaves_the_host_as_it_was(crew):
    before, begun = state(crew), diary(crew)
    procfile(crew, release="echo migrating; echo no such table >&2; exit 3")
    crew.code(f"edition {next(number)}")
    run = crew.inv("deploy")
    assert (run.exit_code, run.failure["step"]) == (2, "run the release command")
    assert run.failure["output"].splitlines()[-2:] == ["migrating", "no such table"]
    assert difference(before, state(crew)) == {}
    assert diary(crew) == begun


@pytest.mark.parametrize("process", ["worker", "beat"])
def test_a_process_that_crashes_while_it_is_watched_brings_the_old_ones_back(crew, process):
    before, old = state(crew), crew.current
    procfile(crew, **{process: "python diary.py crash"})
    crew.configure(app_watch_s=30)
    run = crew.inv("deploy")
    assert (run.exit_code, run.host["outcome"]) == (2, "failed")
    assert run.failure["step"].startswith("watch the new release")
    assert f"crew.{process}." in run.failure["reason"]
    assert "RuntimeError: the queue is on fire" in run.failure["output"]
    assert difference(before, state(crew)) == {}
    assert running(crew) == {"worker.1", "worker.2", "beat.1"}
    assert {entry["release"] for entry in alive(crew)} == {old}
    assert_never_two(crew, "beat.1")


def test_a_process_that_cannot_start_gets_no_traffic(crew):
    old = crew.current
    crew.configure(app_processes={"worker": {"count": 2}, "other": "exec /no/such/program"})
    crew.configure(app_watch_s=30)
    run = crew.inv("deploy")
    assert run.exit_code == 2
    assert "/no/such/program" in run.failure["output"]
    assert (crew.current, crew.says["release"]) == (old, old)
    assert {entry["release"] for entry in alive(crew)} == {old}


def test_an_agent_that_is_killed_in_the_switch_lets_nothing_run_twice(crew):
    crew.code(f"edition {next(number)}")
    changed = crew.deploy().changed
    begun, ended = (
        records_before(changed, "replace the old release's processes") + 1,
        records_before(changed, "switch traffic to the new release"),
    )
    for failpoint in (begun, ended, records_before(changed, "point to the new release at boot")):
        crew.code(f"edition {next(number)}")
        assert not cut_deploy(crew, failpoint).went_well
        deployed_here(crew)
        assert running(crew) == {"worker.1", "worker.2", "beat.1"}
        assert {entry["release"] for entry in alive(crew)} == {crew.current}
    assert_never_two(crew, "beat.1")


def test_a_process_that_is_gone_from_the_source_is_gone_from_the_host(crew):
    old = crew.current
    crew.configure(app_processes={"worker": {"count": 1}, "beat": None})
    crew.deploy()
    assert running(crew) == {"worker.1"}
    assert crew.deploy().host["changed"] == 0
    assert {unit.split(".")[2].split("@")[0] for unit in units(crew)} == {crew.current}
    crew.inv("rollback")
    assert crew.current == old
    assert running(crew) == {"worker.1", "worker.2", "beat.1"}


def test_a_job_runs_when_it_is_due_in_the_release_that_is_current(crew):
    crew.configure(
        app_processes={"tidy": {"command": "python diary.py once", "schedule": EVERY_OTHER_SECOND}}
    )
    crew.deploy()
    assert crew.deploy().host["changed"] == 0
    wait_for(lambda: ran_in(crew, crew.current) >= 3, "runs of the job")
    (told,) = wait_for(
        lambda: [process for process in processes(crew) if process["name"] == "tidy" and process["next"]],
        "a moment at which it is not running",
    )
    assert (told["state"], told["schedule"]) == ("active", EVERY_OTHER_SECOND)
    assert told["since"] < told["next"]
    crew.code(f"edition {next(number)}")
    crew.deploy()
    wait_for(lambda: ran_in(crew, crew.current) >= 3, "runs of the job in the new release")
    assert crew.inv("stop", "--process", "tidy").host["outcome"] == "changed"
    assert crew.target.run(["systemctl", "is-active", "crew.tidy.timer"], check=False).stdout == "inactive\n"
    assert crew.inv("start", "--process", "tidy").host["outcome"] == "changed"
    refused = crew.inv("scale", "--process", "tidy", "--workers", "2")
    assert (refused.exit_code, "runs when it is due" in refused.host["error"]) == (2, True)
    crew.configure(app_processes={"worker": {"count": 2}})
    crew.deploy()
    assert not [unit for unit in units(crew) if "tidy" in unit]


def test_a_schedule_that_no_host_understands_changes_nothing(crew):
    before = state(crew)
    crew.configure(app_processes={"tidy": {"command": "true", "schedule": "25:00"}})
    run = crew.inv("deploy")
    assert (run.exit_code, run.failure["step"]) == (2, "check the schedule of tidy")
    assert "25:00" in run.failure["output"]
    assert difference(before, state(crew)) == {}


def test_a_number_set_by_hand_stays_whatever_comes(crew):
    assert crew.inv("scale", "--process", "worker", "--workers", "3").host["outcome"] == "changed"
    assert crew.inv("scale", "--process", "worker", "--workers", "3").host["outcome"] == "ok"
    three = {"worker.1", "worker.2", "worker.3", "beat.1"}
    assert running(crew) == three
    assert crew.deploy().host["changed"] == 0
    crew.code(f"edition {next(number)}")
    notes = [event["text"] for event in crew.deploy().events if event["event"] == "note"]
    assert [note.partition(",")[0] for note in notes] == ["worker stays at 3"]
    assert running(crew) == three
    crew.inv("rollback")
    assert running(crew) == three
    assert crew.deploy().exit_code == 0
    assert numbers(crew)["worker"] == {"running": 3, "by_hand": 3, "inventory": 2}
    assert crew.inv("scale", "--process", "worker", "--workers", "0").host["outcome"] == "changed"
    assert running(crew) == {"beat.1"}
    assert crew.deploy().host["changed"] == 0
    crew.inv("scale", "--process", "worker", "--workers", "default")
    assert numbers(crew)["worker"] == {"running": 2, "by_hand": None, "inventory": 2}
    assert [entry["command"] for entry in crew.asked("history")[:1]] == ["scale"]


def test_web_is_scaled_under_load_without_a_restart_or_a_lost_request(crew):
    (before,) = [process for process in processes(crew) if process["name"] == "web"]
    with load_on(crew.target, "crew.test") as load:
        for workers in (6, 1, 4):
            assert crew.inv("scale", "--workers", str(workers)).host["outcome"] == "changed"
            assert numbers(crew)["web"] == {"running": workers, "by_hand": workers, "inventory": 2}
    assert (load["requests"] > 0, load["lost"]) == (True, 0)
    (after,) = [process for process in processes(crew) if process["name"] == "web"]
    assert after["pid"] == before["pid"]
    assert crew.deploy().host["changed"] == 0
    crew.inv("restart", "--process", "web")
    wait_for(lambda: numbers(crew)["web"]["running"] == 4, "the workers after a restart")
    crew.code(f"edition {next(number)}")
    crew.deploy()
    wait_for(lambda: numbers(crew)["web"]["running"] == 4, "the workers of the new release")
    crew.inv("scale", "--workers", "default")
    assert numbers(crew)["web"] == {"running": 2, "by_hand": None, "inventory": 2}


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (("--process", "beat", "--workers", "2"), "beat runs once"),
        (("--workers", "0"), "web wants at least 1 worker"),
        (("--process", "wroker", "--workers", "2"), 'did you mean "worker"?'),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(crew, flags, complaint):
    before = numbers(crew)
    refused = crew.inv("scale", *flags)
    assert (refused.exit_code, complaint in refused.host["error"]) == (2, True)
    assert numbers(crew) == before


def test_one_process_is_started_stopped_and_restarted_by_its_name(crew):
    assert crew.inv("stop", "--process", "worker").host["outcome"] == "changed"
    assert crew.inv("stop", "--process", "worker").host["outcome"] == "ok"
    assert running(crew) == {"beat.1"}
    assert crew.inv("start", "--process", "worker").host["outcome"] == "changed"
    before = {entry["name"]: entry["pid"] for entry in alive(crew)}
    assert crew.inv("restart", "--process", "worker").host["outcome"] == "changed"
    wait_for(lambda: changed_since(crew, before) == {"worker.1", "worker.2"}, "workers that began anew")
    refused = crew.inv("restart", "--process", "woker")
    assert (refused.exit_code, 'did you mean "worker"?' in refused.host["error"]) == (2, True)


def test_the_log_names_the_process_of_each_line(crew):
    assert {line["process"] for line in logged(crew, "--process", "worker")} == {"worker"}
    assert {"web", "worker", "beat"} <= {line["process"] for line in logged(crew, "--lines", "1000")}


def test_services_of_the_host_give_the_app_their_environment(crew):
    given = f"{crew.root}/services/store.env"
    script = f"mkdir -p {crew.root}/services; umask 077; echo 'STORE=\"redis:///7\"' > {given}"
    crew.target.run(["sh", "-c", f"{script}; echo 'COLOUR=\"grey\"' >> {given}"])
    crew.inv("restart")
    assert (crew.says["environment"]["STORE"], crew.says["environment"]["COLOUR"]) == ("redis:///7", "teal")
    assert {entry["colour"] for entry in alive(crew)} == {"teal"}
    said = crew.inv("run", "--command", "test $STORE = redis:///7 && echo $COLOUR")
    assert [event["text"] for event in said.events if event["event"] == "log"] == ["teal"]
    crew.target.run(["rm", "-r", f"{crew.root}/services"])
    crew.inv("restart")


def test_a_reboot_brings_all_of_them_back(crew):
    crew.configure(app_processes={"tidy": {"command": "python diary.py once", "schedule": "daily"}})
    crew.deploy()
    crew.inv("scale", "--process", "worker", "--workers", "3")
    crew.inv("scale", "--workers", "3")
    began = len(diary(crew))
    crew.target.restart()
    wait_for(lambda: numbers(crew)["web"]["running"] == 3, "the workers of web")
    wait_for(lambda: running(crew) == {"worker.1", "worker.2", "worker.3", "beat.1"}, "the processes")
    again = [entry for entry in diary(crew)[began:] if entry["event"] == "began"]
    assert {entry["release"] for entry in again} == {crew.current}
    assert crew.target.run(["systemctl", "is-active", "crew.tidy.timer"]).stdout == "active\n"
    assert crew.deploy().host["changed"] == 0


def procfile(project: Project, **commands: str) -> None:
    """The Procfile has these in place of the usual commands."""
    lines = [f"{name}: {command}\n" for name, command in {**PROCFILE, **commands}.items()]
    project.write("app/Procfile", "".join(lines))


def diary(project: Project) -> list[dict[str, Any]]:
    """What all processes wrote down, in that order."""
    lines = project.target.run(["cat", f"{project.root}/shared/diary"]).stdout.splitlines()
    return [json.loads(line) for line in lines]


def alive(project: Project) -> list[dict[str, Any]]:
    """The last entries of those that began and run."""
    begun = {entry["name"]: entry for entry in diary(project) if entry["event"] == "began"}
    return [begun[name] for name in sorted(running(project))]


def changed_since(project: Project, before: dict[str, int]) -> set[str]:
    """Those that have another process than *before*; a command is quicker than what it starts."""
    now = {entry["name"]: entry["pid"] for entry in alive(project)}
    return {name for name in before if before[name] != now.get(name)}


def ran_in(project: Project, release: str) -> int:
    """How often something that ends by itself ran in *release*, but for the release command."""
    return sum(entry["event"] == "ran" and entry["release"] == release for entry in diary(project)) - 1


def running(project: Project) -> set[str]:
    """The processes besides web that run, as ``worker.1``."""
    listing = project.target.run(
        ["systemctl", "list-units", "--plain", "--no-legend", "--state=active", f"{project.name}.*@*.service"]
    ).stdout
    names = (line.split()[0].removesuffix(".service").split(".", 2) for line in listing.splitlines())
    return {f"{process}.{rest.partition('@')[2]}" for _, process, rest in names}


def units(project: Project) -> list[str]:
    listing = project.target.run(["ls", UNITS]).stdout.split()
    return [name for name in listing if name.startswith(f"{project.name}.")]


def state(project: Project) -> dict[str, str]:
    """The host's configuration, and what it has of the app but its history and its diary; and which units run."""
    roots = files(project.target, "/etc", project.root)
    own = {f"{project.root}/history.jsonl", f"{project.root}/shared/diary"}
    kept = {path: found for path, found in roots.items() if path not in own and not path.endswith(".pyc")}
    return {**kept, "running": " ".join(sorted(running(project)))}


def processes(project: Project) -> list[dict[str, Any]]:
    return project.asked("status")["processes"]


def numbers(project: Project) -> dict[str, dict[str, Any]]:
    return project.asked("scale")


def logged(project: Project, *flags: str) -> list[dict[str, Any]]:
    return [event for event in project.inv("logs", *flags).events if event["event"] == "log"]


def resolved(project: Project, path: str) -> str:
    return project.target.run(["readlink", "-e", path]).stdout.strip()


def assert_handed_over(project: Project, old: str, new: str) -> None:
    """The processes of *old* finished what they had at hand before those of *new* began."""
    told = [(entry["event"], entry["name"]) for entry in diary(project) if entry["release"] in (old, new)]
    ends = {name: told.index(("ended", name)) for name in ("worker.1", "worker.2", "beat.1")}
    begins = [at for at, (event, _) in enumerate(told) if event == "began"][-3:]
    assert max(ends.values()) < min(begins)
    assert running(project) == set(ends)


def assert_never_two(project: Project, name: str) -> None:
    """Of *name* one has always ended before the next began."""
    events = [entry["event"] for entry in diary(project) if entry["name"] == name and entry["event"] != "ran"]
    assert events == ["began", "ended"] * (len(events) // 2) + ["began"] * (len(events) % 2)
