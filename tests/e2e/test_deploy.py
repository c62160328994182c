"""What a deploy is: one conversation, only what differs, and it stays where it is when nothing does."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploytasks.targets import SUITES, Target, up
from tests.e2e.controller import wait_for
from tests.e2e.converged import up_converged
from tests.e2e.project import Answer, Project, Run, difference, entries, files, ssh_commands

LARGE_APP_FILES = 5_000
SMALL_CHANGE_BYTES = 100_000
FIRST_FLIGHT_BYTES = 14_000
"""So much TCP sends before it waits for an acknowledgement (RFC 6928)."""
SERVES_AFTER_BOOT_S = 10
COMES_AND_GOES = ("session-", "user@", "user-", "run-user-", "run-docker")
VALUES = {
    "LINES": "one\ntwo\n\nfour\n",
    "QUOTES": "\"double\" 'single' `back`",
    "SLASHES": "back\\slash \\n \\\\ end\\",
    "DOLLAR": "$HOME ${HOME} $$ %h %% %",
    "HASH": "# no comment; a#b",
    "BLANKS": "  \t lead and trail \t ",
    "UNICODE": "käse 🧀 \u2028",
    "CONTROL": "\r \x01 \x1b[31m \x7f",
    "EMPTY": "",
    "LONG": "x" * 100_000,
}
"""Variables of the app's environment that are easily spoiled on their way."""


@dataclass(frozen=True)
class State:
    """A target at one moment."""

    entries: Mapping[str, str]
    units: Mapping[str, str]
    ssh_commands: int

    @classmethod
    def of(cls, target: Target) -> State:
        return cls(entries(target, "/"), units(target), ssh_commands(target))


@dataclass(frozen=True)
class Story:
    """A project's first four commands on a target, a bare one with Debian 12, and what was seen between them."""

    project: Project
    fresh: State
    check_before: Run
    checked: State
    first: Run
    answer: Answer
    processes: Mapping[str, str]
    second: Run
    processes_later: Mapping[str, str]
    check_after: Run
    ssh_commands: int


@pytest.fixture(scope="module", params=SUITES)
def story(request: pytest.FixtureRequest, target_state: Path, tmp_path_factory) -> Story:
    name = f"story-{request.param}"
    if request.param == "debian12":
        target = up(name, request.param, state=target_state, say=print)
    else:  # whose first deploys have made the images of converged targets
        target = up_converged(name, request.param, target_state)
    project = Project.make("shop", tmp_path_factory.mktemp("shop"), target, app_env=VALUES)
    return Story(
        project,
        fresh=State.of(target),
        check_before=project.inv("check"),
        checked=State.of(target),
        first=project.inv("deploy"),
        answer=project.request(),
        processes=processes(project),
        second=project.inv("deploy"),
        processes_later=processes(project),
        check_after=project.inv("check"),
        ssh_commands=ssh_commands(target),
    )


def test_check_before_a_first_deploy_ends_with_3(story):
    assert (story.check_before.exit_code, story.check_before.recap["exit_code"]) == (3, 3)
    assert story.check_before.host["changed"] > (30 if story.project.target.image == "debian12" else 20)


def test_check_changes_no_file_and_no_unit(story):
    assert len(story.fresh.entries) > 5_000
    assert difference(story.fresh.entries, story.checked.entries) == {}
    assert difference(story.fresh.units, story.checked.units) == {}


def test_a_first_deploy_serves_through_nginx(story):
    assert story.first.exit_code == 0, story.first.messages
    assert story.answer.says["version"] == "one"
    assert story.answer.says["release"] == story.first.host["release"] == story.project.current


@pytest.mark.bad_input(36)
def test_values_of_the_environment_arrive_unchanged(story):
    environment = story.answer.says["environment"]
    assert {name: environment.get(name) for name in VALUES} == VALUES


def test_a_second_deploy_changes_nothing_and_restarts_nothing(story):
    assert story.second.exit_code == 0, story.second.messages
    assert (story.second.host["outcome"], story.second.changed) == ("ok", [])
    assert story.second.host["changed"] == 0
    assert all(int(pid) for pid in story.processes.values()), story.processes
    assert story.processes_later == story.processes


def test_check_after_a_deploy_ends_with_0(story):
    assert story.check_after.exit_code == 0, story.check_after.changed


def test_every_check_and_deploy_is_one_ssh_command(story):
    assert story.checked.ssh_commands == story.fresh.ssh_commands + 1
    assert story.ssh_commands == story.checked.ssh_commands + 3


@pytest.fixture(scope="module")
def shop(web, tmp_path_factory) -> Project:
    """A deployed app of 5 000 files."""
    project = Project.make("large", tmp_path_factory.mktemp("large"), web)
    for number in range(LARGE_APP_FILES):
        project.write(f"app/pages/{number % 50}/{number}.txt", f"page {number}\n" * 20)
    project.deploy()
    return project


def test_one_changed_file_is_one_new_release_and_little_traffic(shop):
    before = shop.releases
    environments = entries(shop.target, f"{shop.root}/venvs")
    workers = nginx_workers(shop.target)
    shop.code("changed")
    run = shop.deploy()
    assert shop.says["version"] == "changed"
    assert [name for name in shop.releases if name not in before] == [run.host["release"]]
    assert run.host["sent_bytes"] < SMALL_CHANGE_BYTES
    assert len(environments) > 50
    assert difference(environments, entries(shop.target, f"{shop.root}/venvs")) == {}
    assert nginx_workers(shop.target) == workers
    assert "reload nginx" not in run.changed


def test_a_part_of_the_roles_makes_no_release_and_says_so(shop):
    before = shop.current
    shop.code("with tags")
    run = shop.deploy("--tags", "app,nginx")
    assert [event["text"] for event in run.events if event["event"] == "note"] == [
        "provisioning alone: a release is made of all its roles or not at all, and some are left out"
    ]
    assert (run.changed, shop.current) == ([], before)
    assert "note" not in {event["event"] for event in shop.inv("setup").events}


def test_a_host_keeps_the_agent_and_makes_a_damaged_one_good(shop):
    wait_for(lambda: kept_agents(shop.target), "an agent that is kept")
    assert shop.deploy().host["sent_bytes"] < FIRST_FLIGHT_BYTES
    shop.target.run(["truncate", "--size=1000", *kept_agents(shop.target)])
    assert shop.deploy().host["sent_bytes"] > FIRST_FLIGHT_BYTES
    wait_for(lambda: all(size > 1000 for size in kept_agents(shop.target).values()), "a whole agent")
    assert shop.deploy().host["sent_bytes"] < FIRST_FLIGHT_BYTES


@pytest.mark.fault(75, 76)
def test_an_edited_site_and_a_lost_socket_link_are_repaired(shop):
    site, link = "/etc/nginx/sites-available/large", "/run/large/current.sock"
    before = files(shop.target, site, link)
    release = shop.current
    shop.target.run(["sh", "-c", f"echo '# edited' >> {site}; rm {link}"])
    assert shop.request().status == 502
    run = shop.deploy()
    assert {"write the site", "send traffic to a first release", "reload nginx"} <= set(run.changed)
    assert shop.says["release"] == release == run.host["release"]
    assert files(shop.target, site, link) == before


@pytest.mark.fault(14)
def test_the_release_serves_again_after_a_reboot(shop):
    release = shop.current
    before = files(shop.target, "/etc", shop.root)
    shop.target.container.restart(timeout=10)
    assert serves_within(shop, SERVES_AFTER_BOOT_S)
    assert shop.says["release"] == release
    assert difference(before, files(shop.target, "/etc", shop.root)) == {}
    assert shop.deploy().changed == []


def serves_within(project: Project, seconds: float) -> bool:
    return any(answer.status == 200 for answer in answers_for(project, seconds))


def answers_for(project: Project, seconds: float) -> Iterator[Answer]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            yield project.request(timeout_s=seconds)
        except OSError:
            continue


def processes(project: Project) -> Mapping[str, str]:
    """The main processes of the app's instance and of nginx."""
    units = (f"{project.name}@{project.current}.service", "nginx.service")
    show = ("systemctl", "show", "--property=MainPID", "--value")
    return {unit: project.target.run([*show, unit]).stdout.strip() for unit in units}


def nginx_workers(target: Target) -> list[str]:
    return target.run(["pgrep", "-f", "nginx: worker process"]).stdout.split()


def kept_agents(target: Target) -> Mapping[str, int]:
    """The agents that lie on *target*, with their sizes in bytes."""
    listed = target.run(["find", "/var/lib/deploytasks/agents", "-name", "*.zip", "-printf", "%p %s\n"])
    return {path: int(size) for path, size in map(str.split, listed.stdout.splitlines())}


def units(target: Target) -> Mapping[str, str]:
    """What systemd knows, with its state; logins come and go."""
    list_units = ("systemctl", "--all", "--plain", "--no-legend", "--no-pager")
    loaded = target.run([*list_units, "list-units"]).stdout
    defined = target.run([*list_units, "list-unit-files"]).stdout
    rows = [line.split() for line in f"{loaded}{defined}".splitlines()]
    return {
        f"{row[0]} {len(row) > 3}": " ".join(row[1:4])
        for row in rows
        if not row[0].startswith(COMES_AND_GOES)
    }
