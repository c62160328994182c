"""What a version before this one deployed is taken over, rolled back to and, where it was cut short, recovered.

``EARLIER`` names the commit; it and this checkout are installed from their wheels, each in an environment of its own.
"""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploytasks.targets import down, up
from tests.e2e.controller import wait_for
from tests.e2e.faults import SLOW_START, agents, assert_nothing_is_left_over, ended_by_itself, journal
from tests.e2e.project import Project
from tests.e2e.test_lost_link import broken
from tests.e2e.traffic import Traffic
from tests.wheel import ROOT, Environment, build

EARLIER = os.environ.get("EARLIER", "")
WATCH_S = 4
BEFORE_THE_SWITCH, AFTER_THE_SWITCH = "start the new instance", "make it current"
"""Steps by the names that they had."""

pytestmark = pytest.mark.skipif(not EARLIER, reason="EARLIER names no commit: make test-earlier")


@dataclass(frozen=True)
class Versions:
    """``inv`` of both, typed in a project's directory."""

    earlier: Environment
    now: Environment


@pytest.fixture(scope="module")
def versions(tmp_path_factory) -> Versions:
    directory = tmp_path_factory.mktemp("versions")
    builder = Environment.make(directory / "builder", "hatchling>=1.24")
    sources = {"earlier": sources_of(EARLIER, directory / "sources"), "now": ROOT}
    wheels = {
        name: build(builder, "wheel", directory / f"{name}-wheel", source) for name, source in sources.items()
    }
    return Versions(
        **{name: Environment.make(directory / name, str(wheel)) for name, wheel in wheels.items()}
    )


def sources_of(commit: str, directory: Path) -> Path:
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(directory)
    return directory


@pytest.fixture(scope="module")
def veteran(target_state, tmp_path_factory, versions) -> Iterator[Project]:
    """An app of two releases on a host that no other version has seen."""
    target = up("veteran", "debian12", state=target_state, say=print)
    project = Project.make(
        "veteran", tmp_path_factory.mktemp("veteran"), target, app_watch_s=WATCH_S, app_shared=["data/"]
    )
    for version in ("one", "two"):
        project.code(version)
        versions.earlier.run("inv", "deploy", cwd=project.directory)
    yield project
    down("veteran", state=target_state)


def typed(environment: Environment, project: Project, *words: str, code: int = 0) -> str:
    return environment.run("inv", *words, cwd=project.directory, code=code).stdout


def test_an_app_is_taken_over_and_its_releases_are_rolled_back_to_without_a_lost_request(veteran, versions):
    first = veteran.releases[0]
    with Traffic.on(veteran) as traffic:
        typed(versions.now, veteran, "rollback")
        assert veteran.says["version"] == "one"
        assert_it_converges(versions, veteran, "two")
        typed(versions.now, veteran, "rollback", "--to", first)
        assert veteran.says["version"] == "one"
        typed(versions.now, veteran, "verify")
        assert_it_converges(versions, veteran, "two")
    assert None not in traffic.served


@pytest.mark.parametrize("recovers", ["deploy", "rollback"])
@pytest.mark.parametrize("fault", ["agent", "link"])
@pytest.mark.parametrize("moment", [BEFORE_THE_SWITCH, AFTER_THE_SWITCH])
def test_a_deploy_of_the_earlier_version_that_was_cut_short_is_recovered(
    veteran, versions, moment, fault, recovers
):
    veteran.code("left")
    typed(versions.earlier, veteran, "deploy")
    veteran.code(f"{fault} {recovers}", SLOW_START)
    with Traffic.on(veteran) as traffic:
        with deploying(versions.earlier, veteran, moment) as deploy:
            cut_short(veteran, deploy, fault)
        typed(versions.now, veteran, recovers)
        assert_it_converges(versions, veteran, "whole")
    assert None not in traffic.served
    assert_nothing_is_left_over(veteran)


def assert_it_converges(versions: Versions, project: Project, version: str) -> None:
    project.code(version)
    typed(versions.now, project, "deploy")
    assert project.says["version"] == version
    assert "changed=0" in typed(versions.now, project, "deploy")
    assert "differ=0" in typed(versions.now, project, "verify")


@contextmanager
def deploying(environment: Environment, project: Project, step: str) -> Iterator[subprocess.Popen[bytes]]:
    deploy = subprocess.Popen(
        [environment.path / "bin/inv", "deploy"],
        cwd=project.directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: step in [record.get("step") for record in journal(project)], step)
        yield deploy
    finally:
        deploy.kill()
        deploy.wait()


def cut_short(project: Project, deploy: subprocess.Popen[bytes], fault: str) -> None:
    if fault == "agent":
        project.target.run(["pkill", "-9", "-f", "^[^ ]*python[^ ]* .*deploytasks-agent"])
        deploy.wait(timeout=60)
        assert journal(project)[-1]["record"] != "end"
        return
    with broken(project.target, "both ways"):
        deploy.wait(timeout=60)
        ended_by_itself(project)
    wait_for(lambda: not agents(project), "the agent has ended")
