"""A release that is no good: the old one goes on serving, the host is as it was, the message tells why."""

from __future__ import annotations

import json

import pytest

from tests.e2e.project import Project, difference, files
from tests.e2e.traffic import Traffic

IMPORT_ERROR = """
def paint(colour):
    raise RuntimeError(f"no such colour: {colour}")

paint("octarine")
"""
HANGS = """
import threading

threading.Event().wait()
"""
ANSWERS_500 = """
def app(environ, start_response):
    raise LookupError("the shelf is empty")
"""
CRASHES_LATER = """
import signal
import threading
import time
import traceback


def crash():
    while os.readlink("/run/@NAME@/current.sock") != RELEASE + ".sock":
        time.sleep(0.01)
    time.sleep(3)
    try:
        raise MemoryError("the shelf broke down")
    except MemoryError:
        traceback.print_exc()
    os.kill(os.getppid(), signal.SIGKILL)
    os._exit(1)


threading.Thread(target=crash).start()
"""
OWN_PORT = """
import socket

METRICS = socket.create_server(("127.0.0.1", 9123))
"""
BAD_RELEASES = {
    "import error": (
        IMPORT_ERROR,
        ["Traceback", 'paint("octarine")', "RuntimeError: no such colour: octarine"],
    ),
    "hangs at import": (HANGS, ["is not healthy after 4 s", "app_health_timeout_s"]),
    "answers 500": (ANSWERS_500, ["GET / answered 500", "Traceback", "LookupError: the shelf is empty"]),
}


@pytest.fixture(scope="module")
def shop(web, tmp_path_factory) -> Project:
    """An app whose first release serves."""
    directory = tmp_path_factory.mktemp("fragile")
    project = Project.make("fragile", directory, web, app_health_timeout_s=4, app_watch_s=5)
    project.deploy()
    return project


@pytest.mark.fault(35, 36, 38)
@pytest.mark.parametrize("kind", BAD_RELEASES)
def test_a_release_that_is_no_good_never_serves(shop, kind):
    more, words = BAD_RELEASES[kind]
    serving, before = shop.current, on_disk(shop)
    shop.code(kind, more)
    shop.depend_on("2.2.0")
    with Traffic.on(shop) as traffic:
        run = shop.inv("deploy")
    assert run.exit_code == 2, run.messages
    assert [word for word in words if word not in run.messages] == []
    assert [word for word in words if word not in run.failure["reason"] + run.failure["output"]] == []
    assert run.host["release"] == shop.current == serving
    assert (set(traffic.served), len(traffic.served) > 50) == ({serving}, True)
    assert difference(before, on_disk(shop)) == {}
    assert_the_fixed_source_deploys(shop)


@pytest.mark.fault(43)
def test_an_app_that_opens_a_port_by_itself_is_told_that_the_old_one_has_it(shop):
    shop.code("opens a port", OWN_PORT)
    shop.deploy("--extra-vars", "app_watch_s=0")
    serving, before = shop.current, on_disk(shop)
    shop.code("opens it again", OWN_PORT)
    with Traffic.on(shop) as traffic:
        run = shop.inv("deploy")
    assert run.exit_code == 2, run.messages
    assert "Address already in use" in run.messages
    assert 'METRICS = socket.create_server(("127.0.0.1", 9123))' in run.messages
    assert set(traffic.served) == {serving}
    assert difference(before, on_disk(shop)) == {}
    assert_the_fixed_source_deploys(shop)


@pytest.mark.fault(37, 40)
def test_a_release_that_crashes_after_the_switch_is_put_back_by_the_host(shop):
    serving, before = shop.current, on_disk(shop)
    shop.code("crashes later", CRASHES_LATER.replace("@NAME@", shop.name))
    with Traffic.on(shop) as traffic:
        run = shop.inv("deploy")
        assert shop.says["release"] == serving
    assert run.exit_code == 2, run.messages
    assert "watch the new release" in run.failure["step"]
    assert "MemoryError: the shelf broke down" in run.messages
    assert run.host["release"] == shop.current == serving
    (crashed,) = set(traffic.served) - {serving, None}
    assert traffic.failures_outside_of(crashed) == 0
    assert difference(before, on_disk(shop)) == {}
    assert_the_fixed_source_deploys(shop)


def on_disk(project: Project) -> dict[str, str]:
    """All files that a failed deploy must leave as they were; the history tells that it was tried."""
    found = files(project.target, "/etc", project.root)
    return {path: content for path, content in found.items() if path != f"{project.root}/history.jsonl"}


def assert_the_fixed_source_deploys(project: Project) -> None:
    assert project.target.run(["systemctl", "--failed", "--no-legend"]).stdout == ""
    history = project.target.run(["tail", "-n", "1", f"{project.root}/history.jsonl"]).stdout
    assert json.loads(history)["outcome"] == "failed"
    project.code("fixed")
    project.depend_on("2.1.2")
    project.write("app/note.txt", project.current)  # so that it is no release that was there before
    project.deploy("--extra-vars", "app_watch_s=0")
    assert project.says["version"] == "fixed"
