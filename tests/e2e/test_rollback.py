"""A rollback brings everything of an earlier release back, from what lies on the host alone."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import pytest

from deploytasks.targets import Target
from tests.e2e.controller import wait_for
from tests.e2e.project import Project, Run, difference, files, ssh_commands

MEBIBYTE = 1 << 20
number = count(1)
TAKES_ITS_TIME = "\nimport atexit, time\natexit.register(time.sleep, 4)\n"
NOTHING_GOES_OUT = ["OUTPUT", "!", "-o", "lo", "-m", "conntrack", "--ctstate", "NEW", "-j", "REJECT"]


@pytest.fixture
def shop(web, tmp_path) -> Project:
    """An app that was deployed once, in small settings."""
    project = Project.make(
        f"shop-{next(number)}",
        tmp_path,
        web,
        app_env={"GREETING": "one"},
        nginx_client_max_body_size="1m",
        app_watch_s=1,
    )
    project.deploy()
    return project


@pytest.fixture
def lingering(web, tmp_path) -> Project:
    """An app of two releases, of which the first was told to stop a moment ago and takes its time."""
    project = Project.make(f"lingering-{next(number)}", tmp_path, web)
    project.configure(app_keep_releases=1)
    for version in ("one", "two"):
        project.code(version, TAKES_ITS_TIME)
        project.deploy()
    return project


@dataclass(frozen=True)
class Face:
    """What tells releases apart from outside."""

    version: str
    release: str
    dependency: str
    greeting: str
    threads: bool
    takes_two_mebibytes: bool

    @classmethod
    def of(cls, project: Project) -> Face:
        says = project.says
        return cls(
            says["version"],
            says["release"],
            says["dependency"],
            says["environment"]["GREETING"],
            says["threads"],
            project.request(b" " * 2 * MEBIBYTE).status == 200,
        )


def deploy_larger(project: Project) -> None:
    """A release that differs in code, dependencies, environment, gunicorn's and nginx's configuration."""
    project.code("two")
    project.depend_on("2.2.0")
    project.configure(
        app_env={"GREETING": "two"},
        nginx_client_max_body_size="8m",
        gunicorn_worker_class="gthread",
        gunicorn_threads=2,
    )
    project.deploy()


@pytest.mark.fault(80)
def test_all_of_the_previous_release_is_back_without_network_and_source(shop):
    etc = files(shop.target, "/etc")
    first = Face.of(shop)
    deploy_larger(shop)
    second = Face.of(shop)
    assert difference(vars(first), vars(second)).keys() == vars(first).keys()

    shutil.rmtree(shop.directory / "app")
    commands = ssh_commands(shop.target)
    with network_cut(shop.target):
        started = time.monotonic()
        back = rolled_back(shop)
        print(f"a rollback took {time.monotonic() - started:.2f} s, of which 1 s was the watch")

    assert Face.of(shop) == first
    assert (back.host["release"], back.host["outcome"]) == (first.release, "changed")
    assert difference(etc, files(shop.target, "/etc")) == {}
    assert ssh_commands(shop.target) == commands + 1


@pytest.mark.bad_input(50)
@pytest.mark.fault(79)
def test_what_rollback_cannot_go_to_is_said_in_a_sentence(shop):
    before = files(shop.target, "/etc", shop.root)
    alone = shop.inv("rollback")
    assert alone.exit_code == 2
    assert (
        alone.host["error"]
        == f"there is no earlier release of {shop.name} to go back to; nothing was changed"
    )
    unknown = shop.inv("rollback", "--to", "20200101T000000Z-0000000")
    assert unknown.exit_code == 2
    assert unknown.host["error"].endswith(f"the host has: {shop.current}")
    assert difference(before, files(shop.target, "/etc", shop.root)) == {}


def rolled_back(project: Project, *flags: str) -> Run:
    run = project.inv("rollback", *flags)
    assert run.exit_code == 0, run.messages
    return run


@contextmanager
def network_cut(target: Target) -> Iterator[None]:
    """The target can answer, and reach nobody."""
    target.run(["iptables", "--insert", *NOTHING_GOES_OUT])
    try:
        yield
    finally:
        target.run(["iptables", "--delete", *NOTHING_GOES_OUT])


@pytest.mark.fault(83, 84)
def test_a_release_that_still_ends_is_waited_for_and_started_again(lingering):
    (first,) = set(lingering.releases) - {lingering.current}
    assert states(lingering)[first] == "deactivating"
    run = lingering.inv("rollback")
    assert run.exit_code == 0, run.messages
    assert (lingering.current, lingering.says["version"]) == (first, "one")
    assert states(lingering) == {first: "active"}
    assert lingering.releases == [first]


def test_a_release_that_still_ends_is_no_difference(lingering):
    assert "deactivating" in states(lingering).values()
    assert lingering.inv("verify").exit_code == 0
    assert lingering.deploy().host["changed"] == 0


def test_a_release_that_ends_badly_leaves_no_failed_unit(lingering):
    (first,) = set(lingering.releases) - {lingering.current}
    lingering.target.run(["systemctl", "kill", "--signal=KILL", f"{lingering.name}@{first}.service"])
    wait_for(lambda: states(lingering) == {lingering.current: "active"}, "its failure is forgotten")


def states(project: Project) -> dict[str, str]:
    """How the services of the app's releases are, by release; those that do not run are left out."""
    listing = ["systemctl", "list-units", "--plain", "--no-legend", "--all", f"{project.name}@*.service"]
    rows = [line.split() for line in project.target.run(listing).stdout.splitlines()]
    found = {row[0].partition("@")[2].removesuffix(".service"): row[2] for row in rows}
    return {release: state for release, state in found.items() if state != "inactive"}
