"""An instance of mod_wsgi is one thing, though Apache and a bridge are in it: it ends and crashes as one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.controller import wait_for
from tests.e2e.project import Project, difference, files

SLOW_AND_TALKATIVE = """

import time

plain = app


def app(environ, start_response):
    print("grüßt")
    if environ["REQUEST_METHOD"] == "POST":
        print("is slow")
        time.sleep(2)
    return plain(environ, start_response)
"""


@pytest.fixture(scope="module")
def shop(web, tmp_path_factory) -> Project:
    project = Project.make("wsgi", tmp_path_factory.mktemp("wsgi"), web, app_server="mod_wsgi")
    project.code("one", SLOW_AND_TALKATIVE)
    project.deploy()
    return project


def unit_of(project: Project) -> str:
    return f"{project.name}@{project.current}.service"


def shown(project: Project, name: str) -> str:
    return project.target.run(
        ["systemctl", "show", f"--property={name}", "--value", unit_of(project)]
    ).stdout.strip()


def log_of(project: Project) -> str:
    project.target.run(["journalctl", "--sync"])
    return project.target.run(
        ["journalctl", f"--unit={unit_of(project)}", "--output=cat", "--no-pager"]
    ).stdout


def test_what_the_app_prints_is_in_the_log_as_it_is(shop):
    assert shop.says["version"] == "one"
    wait_for(lambda: "grüßt" in log_of(shop), "the app's words")


def test_the_app_runs_in_its_environment_and_not_in_that_of_the_bridge(shop):
    environment = shop.says["environment"]
    assert environment["LANG"] == "C.UTF-8"
    assert [name for name in environment if name.startswith("LISTEN_")] == []


def test_a_restart_lets_a_request_finish(shop):
    slow = log_of(shop).count("is slow")
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(shop.request, b"x")
        wait_for(lambda: log_of(shop).count("is slow") > slow, "the request has reached the app")
        shop.target.run(["systemctl", "restart", unit_of(shop)])
        assert answer.result().status == 200
    assert (shown(shop, "Result"), shown(shop, "NRestarts")) == ("success", "0")
    assert shop.says["version"] == "one"


@pytest.mark.parametrize("half", ["systemd-socket-proxyd", "apache2 -f"])
def test_when_either_half_crashes_both_start_again_and_who_asks_meanwhile_waits(shop, half):
    main, restarts = shown(shop, "MainPID"), int(shown(shop, "NRestarts"))
    shop.target.run(["pkill", "-KILL", "--oldest", "--full", f"{half}.*", "--parent", main])
    wait_for(lambda: shown(shop, "MainPID") != main, "the other half has ended as well")
    assert shop.says["version"] == "one"
    assert (int(shown(shop, "NRestarts")), shown(shop, "MainPID") == main) == (restarts + 1, False)


def test_an_app_that_cannot_be_imported_is_told_at_once_and_leaves_nothing(shop):
    before = files(shop.target, shop.root, "/etc")
    shop.code("broken", "\nimport nosuch\n")
    run = shop.inv("deploy", "--extra-vars", "app_health_timeout_s=60")
    assert run.exit_code == 2
    assert "No module named 'nosuch'" in run.messages + str(run.failure)
    left = difference(before, files(shop.target, shop.root, "/etc"))
    assert [path for path in left if not path.endswith("history.jsonl")] == []
    assert shop.says["version"] == "one"
