"""Faults in a deploy: what brings them about, and what has to be so afterwards."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, count
from typing import Any

from deploytasks import Inventory
from deploytasks.agent.release.questions import Rollback
from deploytasks.agent.release.request import Converge, Question
from deploytasks.fleet.applying import converge
from deploytasks.fleet.manner import Manner
from deploytasks.fleet.ready_hosts import ready_hosts
from deploytasks.fleet.run import Run
from deploytasks.planning.plan import plan_for
from deploytasks.planning.standard import app_alone, standard_roles
from deploytasks.report import HostRecap
from tests.e2e.controller import wait_for
from tests.e2e.project import Project, difference, files
from tests.inv import INV

WANTED = os.environ.get("FAULTS", "")
CLIENT_NOTICES_S = 15
LATE = 40
SLOW_START = "\nimport time\n\ntime.sleep(1.5)\n"


def cut_deploy(project: Project, failpoint: int) -> HostRecap:
    """A deploy whose agent kills itself when it has written so many records."""
    with Run(ready_hosts(hosts(project), standard_roles, {}), Manner()) as run:
        ask_cut_short(run, Converge(), failpoint)
        orders = run.orders_for(lambda host: plan_for(host, standard_roles(host), run.now))
        run.crew.each(lambda visit: orders[visit.host.name].give_to(visit))
    return run.results.hosts[project.target.name]


def cut_rollback(project: Project, failpoint: int) -> HostRecap:
    ready = ready_hosts(hosts(project), app_alone, {}, with_projects=False)
    with Run(ready, Manner("rollback")) as run:
        ask_cut_short(run, Rollback(), failpoint)
    return run.results.hosts[project.target.name]


def ask_cut_short(run: Run, question: Question, failpoint: int) -> None:
    run.crew.each(lambda visit: visit.start(run.request(visit.host, question)._replace(failpoint=failpoint)))


def deployed_here(project: Project) -> HostRecap:
    """A deploy in this process, which has to go well."""
    recap = converge(hosts(project), standard_roles, {}, Manner()).hosts[project.target.name]
    assert recap.went_well, recap
    return recap


def failpoints(changed: list[str]) -> Iterator[int]:
    """After which records of a run the agent dies: each from the start of the new instance on, and of those before,
    which make files that nobody reads yet, every third; each of them with ``FAULTS=all``.
    """
    start = records_before(changed, "start the new instance")
    return chain(range(1, start, 1 if WANTED == "all" else 3), count(start))


def records_before(changed: list[str], step: str) -> int:
    """How many records of a run's journal precede those of *step*: two for a step, one for a handler."""
    handlers = ("run the release command", "watch the new release")
    return 1 + sum(1 if name.startswith(handlers) else 2 for name in changed[: changed.index(step)])


def kill_when_it_intends(project: Project, step: str) -> None:
    """The agent of a first deploy is killed there; a run that got further tells after how many records that is."""
    for _ in ("installs what is not undone", "begins as every later one"):
        cut_deploy(project, LATE)
    cut_deploy(project, acts(project).index(f"intend {step}") + 1)
    assert last_act(project) == f"intend {step}"


def hosts(project: Project) -> list[Any]:
    return list(Inventory.load(project.directory / "inventory.ini")["all"])


def journal(project: Project) -> list[dict[str, Any]]:
    """The agent's own record of its last run."""
    path = f"/var/lib/deploytasks/{project.name}/journal.jsonl"
    lines = project.target.run(["cat", path], check=False).stdout.splitlines()
    return [json.loads(line) for line in lines]


def last_act(project: Project) -> str:
    return acts(project)[-1]


def acts(project: Project) -> list[str]:
    """What the agent wrote down of its last run, as `intend make the release's directories`."""
    records = journal(project)
    steps = {record["number"]: record["step"] for record in records if record["record"] == "intend"}
    return [f"{record['record']} {steps.get(record.get('number'), '')}".strip() for record in records]


def lock(project: Project) -> dict[str, Any]:
    return json.loads(project.target.run(["cat", f"/var/lib/deploytasks/{project.name}/lock"]).stdout)


@contextmanager
def deploying(project: Project, step: str) -> Iterator[subprocess.Popen[str]]:
    """``inv deploy``, which has come to *step*; killed when it is left behind."""
    argv = [INV, "deploy", "--host", project.target.name, "--json"]
    deploy = subprocess.Popen(
        argv, cwd=project.directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for(lambda: step in [record.get("step") for record in journal(project)], step)
        yield deploy
    finally:
        deploy.kill()
        deploy.communicate()


def kill(project: Project, deploy: subprocess.Popen[str], what: str) -> None:
    if what == "controller":
        deploy.kill()
    else:
        project.target.run(["pkill", "-9", "-f", "sshd: deploy@notty"])


def assert_it_says_what_happened(deploy: subprocess.Popen[str], killed: str) -> None:
    stdout, messages = deploy.communicate(timeout=CLIENT_NOTICES_S)
    if killed == "sshd":
        assert deploy.returncode == 4, messages
        assert "the connection broke off" in messages
        assert "finishes or undoes by itself" in messages
        assert json.loads(stdout.splitlines()[-1])["exit_code"] == 4


def ended_by_itself(project: Project) -> dict[str, Any]:
    """The journal's last record, once the agent has written it."""
    return wait_for(
        lambda: next((last for last in journal(project) if last["record"] == "end"), None), "an end"
    )


def serves(project: Project) -> bool:
    try:
        return project.request(timeout_s=1).status == 200
    except OSError:
        return False


def on_disk(project: Project) -> dict[str, str]:
    """All files that a failed deploy must leave as they were; the history tells that it was tried."""
    found = files(project.target, "/etc", project.root)
    return {path: content for path, content in found.items() if path != f"{project.root}/history.jsonl"}


def assert_it_fails_for(project: Project, reason: str) -> None:
    serving, before = project.current, on_disk(project)
    project.code(f"too much for it: {reason}", "# " + "x" * 200_000)
    run = project.inv("deploy")
    assert run.exit_code == 2, run.messages
    assert f"{project.root}/" in run.host["error"]
    assert reason in run.host["error"]
    assert project.says["release"] == serving
    assert difference(before, on_disk(project)) == {}


def assert_it_converges(project: Project) -> None:
    project.code("converged")
    project.deploy()
    assert project.says["version"] == "converged"
    assert project.deploy().changed == []
    assert_nothing_is_left_over(project)


def assert_nothing_is_left_over(project: Project) -> None:
    run = project.target.run
    units = run(["systemctl", "list-units", "--plain", "--no-legend", f"{project.name}@*"]).stdout
    assert {unit.split()[0] for unit in units.splitlines()} == {
        f"{project.name}@{project.current}.{kind}" for kind in ("service", "socket")
    }
    assert run(["find", project.root, "/etc", "-name", "*.deploytasks-new"]).stdout == ""
    wait_for(lambda: not agents(project), "the agent has ended")


def agents(project: Project) -> str:
    """The agents that run on the target."""
    return project.target.run(["pgrep", "-f", "^[^ ]*python[^ ]* .*deploytasks-agent"], check=False).stdout
