"""What a tasks file adds to the shipped tasks: roles, callables around them, reporters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.inv import Ended, inv

TASKS = """
import json
import sys

import metrics

from deploytasks import DeployError
from deploytasks.tasks import collection


def note(moment):
    def noted(occasion):
        hosts = {name: host.outcome.value for name, host in occasion.recap.hosts.items()} if occasion.recap else None
        told = [moment, occasion.command, occasion.hosts, occasion.flags, occasion.exit_code, hosts, occasion.error]
        with open("noted", "a") as file:
            file.write(json.dumps(told) + "\\n")
    return noted


def guard(occasion):
    print("chatter")
    if "closed" in occasion.hosts:
        raise DeployError("closed takes no deploys today")


def broken(occasion):
    raise RuntimeError("no chat")


class Teller:
    def begin(self, command, hosts):
        print("chatter of a reporter")
        print("teller:", command, *hosts, file=sys.stderr)

    def event(self, host, event):
        raise ValueError("not that")

    def tick(self):
        pass

    def recap(self, recap):
        print("teller:", recap.exit_code, file=sys.stderr)


ns = collection(roles=[metrics], before=[note("before"), guard], after=[broken, note("after")], reporters=[Teller()])
"""
METRICS = """
from dataclasses import dataclass

from deploytasks import Step
from deploytasks.resources import File


@dataclass(frozen=True)
class Vars:
    port: int = 9100


def steps(host, v):
    yield Step("write metrics.conf", File("/etc/metrics.conf", f"port {v.port}\\n"), tags=("conf",))
"""
INVENTORY = """
web1 ansible_host=127.0.0.1 ansible_port=1 metrics_port=9300
closed ansible_host=127.0.0.1 ansible_port=2
[all:vars]
app_name=shop
app_source=src
app_requirements=none
"""


@pytest.fixture
def project(tmp_path) -> Path:
    (tmp_path / "tasks.py").write_text(TASKS)
    (tmp_path / "metrics.py").write_text(METRICS)
    (tmp_path / "inventory.ini").write_text(INVENTORY)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text("def app(environ, start_response):\n    return []\n")
    (tmp_path / "src/requirements.txt").write_text("")
    return tmp_path


def typed(*words: str, at: Path) -> Ended:
    ended = inv(*words, cwd=at)
    assert "Traceback" not in ended.stderr
    return ended


def noted(project: Path) -> list[list[object]]:
    return [json.loads(line) for line in (project / "noted").read_text().splitlines()]


def test_callables_are_told_before_and_after_whatever_the_end(project):
    ended = typed("deploy", "--host", "web1", "--lock-wait", "3", at=project)
    assert ended.returncode == 4
    before, after = noted(project)
    assert before[:3] == ["before", "deploy", ["web1"]]
    assert (before[3]["lock_wait"], before[4:]) == (3, [None, None, ""])
    assert (after[0], after[4], after[5]) == ("after", 4, {"web1": "unreachable"})
    assert "after deploy: broken: RuntimeError: no chat" in ended.stderr
    assert "teller: deploy web1" in ended.stderr
    assert (
        "the reporter Teller is told no more: ValueError: not that" in ended.stderr
        or "teller: 4" in ended.stderr
    )


def test_one_of_before_that_raises_ends_the_task(project):
    ended = typed("deploy", "--host", "closed", at=project)
    assert (ended.returncode, ended.stderr.strip()) == (1, "closed takes no deploys today")
    assert [line[0] for line in noted(project)] == ["before"]


def test_a_task_that_changes_nothing_is_nobodys_occasion(project):
    typed("check", "--host", "web1", at=project)
    assert not (project / "noted").exists()


def test_what_only_tells_what_would_change_is_no_occasion(project):
    for words in (["deploy", "--check"], ["prune"], ["scale"], ["allow"], ["--dry", "deploy"]):
        core, rest = (words[:1], words[1:]) if words[0] == "--dry" else ([], words)
        typed(*core, *rest, "--host", "web1", at=project)
    assert not (project / "noted").exists()


def test_standard_output_is_for_who_reads_it(project):
    ended = typed("deploy", "--host", "web1", "--json", at=project)
    *_, last = [json.loads(line) for line in ended.stdout.splitlines()]
    assert (last["event"], last["exit_code"]) == ("recap", 4)
    refused = typed("deploy", "--host", "closed", "--json", at=project)
    (recap,) = [json.loads(line) for line in refused.stdout.splitlines()]
    assert (recap["event"], recap["exit_code"], recap["error"]) == (
        "recap",
        1,
        "closed takes no deploys today",
    )
    assert {"chatter", "chatter of a reporter"} <= set(ended.stderr.splitlines())


def test_a_command_that_is_run_has_its_recap(project):
    typed("run", "--host", "web1", "--command", "true", at=project)
    assert noted(project)[-1][5] == {"web1": "unreachable"}


def test_a_task_that_needs_no_host_needs_no_inventory(project):
    (project / "inventory.ini").unlink()
    refused = typed("serve", "--source", "nowhere", at=project)
    assert "inventory" not in refused.stderr


def test_every_command_knows_the_variables_of_the_added_roles(project):
    assert "unknown variable" not in typed("status", "--host", "web1", at=project).stderr


def test_a_role_of_ones_own_has_its_variables_and_its_tag(project):
    wrong = typed("deploy", "--host", "web1", "--extra-vars", "metrics_port=many", at=project)
    assert wrong.returncode == 5
    assert "metrics_port: 'many': expected a whole number" in wrong.stderr
    unknown = typed("deploy", "--host", "web1", "--tags", "metrix", at=project)
    assert 'no role here is called metrix; did you mean "metrics"?' in unknown.stderr
    assert noted(project)[-1][4] == 5
    assert "no role here is called metrix" in noted(project)[-1][6]


def test_a_step_of_ones_own_has_a_tag_of_its_own(project):
    assert typed("deploy", "--host", "web1", "--tags", "conf", at=project).returncode == 4
    unknown = typed("deploy", "--host", "web1", "--skip-tags", "konf", at=project)
    assert (unknown.returncode, 'did you mean "conf"?' in unknown.stderr) == (5, True)
