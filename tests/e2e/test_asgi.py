"""uvicorn and hypercorn: an ASGI app, and a WSGI app through the adapter, each know who asks."""

from __future__ import annotations

import pytest

from tests.e2e.asking import ASKING_APP, ask, says
from tests.e2e.controller import wait_for
from tests.e2e.project import Project

SERVERS = ("uvicorn", "hypercorn")


@pytest.fixture(scope="module")
def project(target, tmp_path_factory):
    project = Project.make("asgi", tmp_path_factory.mktemp("asgi"), target("debian12"))
    project.code("one", ASKING_APP)
    return project


@pytest.mark.parametrize("interface", ["asgi", "wsgi"])
@pytest.mark.parametrize("server", SERVERS)
def test_the_app_knows_who_asks_and_nobody_can_lie(project, server, interface):
    project.configure(app_server=server, app_callable=f"app:{interface}")
    project.deploy()
    said = says(project, "/", b"a" * 100_000)
    assert said["release"] == project.current
    assert said["client"] == said["seen_by_the_web_server"]
    assert said["scheme"] == "http"
    assert said["body"] == 100_000


@pytest.mark.parametrize("server", SERVERS)
def test_an_answer_without_a_body_comes_through_the_adapter(project, server):
    project.configure(app_server=server, app_callable="app:wsgi")
    project.deploy()
    assert (ask(project, "/empty").status, ask(project, "/empty").body) == (204, b"")
    assert ask(project, "/", method="HEAD").status == 200


@pytest.mark.parametrize("server", SERVERS)
def test_the_workers_follow_the_variable(project, server):
    project.configure(app_server=server, app_callable="app:asgi", **{f"{server}_workers": 3})
    project.deploy()
    counted = ["pgrep", "--count", "--euid", project.name, "--full", "--", "--multiprocessing-fork"]
    wait_for(
        lambda: project.target.run(counted).stdout.strip() == "3",
        "three workers, and none of the old instance",
    )
