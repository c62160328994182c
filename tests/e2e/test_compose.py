"""An app from a compose file: its web is of each release, other services outlive it, every task means the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from deploytasks.targets import Target
from tests.e2e.cell import load_on
from tests.e2e.controller import wait_for
from tests.e2e.converged import up_converged
from tests.e2e.engine import PYTHON, REDIS, bring_image, bring_python
from tests.e2e.project import Project, difference, files
from tests.e2e.test_docker import SERVE

COUNTING = """

import socket


def count():
    with socket.create_connection((os.environ["CACHE"], 6379), 5) as redis:
        redis.sendall(b"INCR visits\\r\\n")
        return redis.recv(64).decode().strip(":\\r\\n")


uncounted = app


def app(environ, start_response):
    os.environ["VISITS"] = count()
    return uncounted(environ, start_response)
"""
OWN = f"""\
FROM {PYTHON}
ARG GREETING
ENV GREETING=$GREETING
RUN --mount=type=secret,id=installer --mount=type=secret,id=authorities . /run/secrets/installer \\
    && python3 -m venv /own && /own/bin/pip install itsdangerous==2.1.2
COPY . /home/app
WORKDIR /home/app
"""
COMPOSE = f"""\
services:
  web:
    build:
      context: .
      dockerfile: Dockerfile.web
      args: {{GREETING: "${{GREETING:-hello}}"}}
    container_name: counting
    command: /own/bin/python serve.py
    ports: ["8000:8000"]
    environment:
      CACHE: cache
      ADDRESS: redis://:${{PASSWORD}}@cache
    env_file: common.env
    volumes: ["files:/files"]
    depends_on: {{cache: {{condition: service_healthy}}}}
    configs: [motto]
  cache:
    image: {REDIS}
    command: redis-server --bind 0.0.0.0 --protected-mode no --dir /data --appendonly yes --maxmemory ${{LIMIT:-64mb}}
    volumes: ["data:/data", "files:/files:ro"]
    healthcheck: {{test: ["CMD", "redis-cli", "ping"], interval: 1s, start_period: 10s}}
  keeper:
    image: {REDIS}
    command: sleep infinity
    volumes: ["./motto.txt:/motto.txt"]
volumes: {{data: , files: }}
configs: {{motto: {{file: motto.txt}}}}
"""


@pytest.fixture(scope="module")
def dock(target_state) -> Target:
    """A host that has an engine, and no image yet."""
    return up_converged("dock", "debian12", target_state, "docker")


@pytest.fixture(scope="module")
def deployed(dock, tmp_path_factory) -> Project:
    """An app with services of the inventory, after its first deploy."""
    project = Project.make(
        "counter",
        tmp_path_factory.mktemp("counter"),
        dock,
        app_runtime="compose",
        app_env={"CACHE": "cache", "PASSWORD": "teal$x"},
        app_drain_timeout_s=10,
        docker_base_image=PYTHON,
        compose_services=services(),
    )
    project.code("one", COUNTING)
    run = project.inv("deploy")
    assert run.exit_code == 2
    assert f"the image {PYTHON} is not on this host and cannot be pulled" in run.messages
    bring_python(dock)
    run = project.inv("deploy")
    assert (run.exit_code, run.failure["step"]) == (2, "pull the services' images")
    assert f"docker save {REDIS} | ssh HOST sudo docker load" in run.messages
    bring_image(dock, REDIS)
    project.deploy()
    return project


@pytest.fixture
def counter(deployed) -> Iterator[Project]:
    """The app as its source is, whatever that says; a next deploy brings the services of the inventory back."""
    before = dict(deployed.variables)
    yield deployed
    deployed.configure_only(**before)


def services(**cache: Any) -> dict[str, Any]:
    """What the inventory says: the app's web, a cache that it waits for, and another that is nobody's."""
    check = {"test": ["CMD", "redis-cli", "ping"], "interval": "1s"}
    return {
        "web": {"depends_on": {"cache": {"condition": "service_healthy"}}, "volumes": ["files:/files"]},
        "cache": {"image": REDIS, "volumes": ["data:/data"], "healthcheck": check, **cache},
        "other": {"image": REDIS, "volumes": ["files:/files:ro"]},
    }


def test_a_service_keeps_what_it_has_over_a_deploy(counter):
    first, before = int(visits(counter)), containers(counter)
    counter.code("two", COUNTING)
    counter.deploy()
    assert counter.says["version"] == "two"
    assert int(visits(counter)) > first
    assert containers(counter) == before
    assert counter.deploy().host["changed"] == 0


def test_only_a_service_with_another_definition_is_made_anew(counter):
    first, before = int(visits(counter)), containers(counter)
    counter.configure(compose_services=services(mem_limit="64m"))
    counter.deploy()
    after = containers(counter)
    assert after["other"] == before["other"]
    assert after["cache"] != before["cache"]
    assert int(visits(counter)) > first
    assert counter.inv("rollback").exit_code == 0
    assert containers(counter)["other"] == before["other"]


def test_a_failing_release_leaves_everything_as_it_was(counter):
    before, there = files(counter.target, counter.root, "/etc"), containers(counter)
    version = counter.says["version"]
    counter.code("broken", "\nimport nosuch\n")
    counter.configure(compose_services={**services(), "third": {"image": REDIS}})
    run = counter.inv("deploy")
    counter.code("mended", COUNTING)
    assert run.exit_code == 2
    assert "No module named 'nosuch'" in run.messages
    left = difference(before, files(counter.target, counter.root, "/etc"))
    assert [path for path in left if not path.endswith("history.jsonl")] == []
    assert containers(counter) == there
    assert counter.says["version"] == version


def test_a_service_that_cannot_run_is_told_in_its_own_words(counter):
    before = containers(counter)
    counter.configure(compose_services={**services(), "third": {"image": REDIS, "command": "ls /nosuch"}})
    run = counter.inv("deploy")
    assert (run.exit_code, run.failure["step"]) == (2, "run the services")
    assert "the service third ends, with exit code 2" in run.messages
    assert "ls: cannot access '/nosuch'" in run.messages
    assert containers(counter) == before


def test_a_rollback_needs_no_network_and_loses_no_request(counter):
    version = counter.says["version"]
    counter.code("three", COUNTING)
    counter.deploy()
    route = counter.target.run(["ip", "route", "show", "default"]).stdout.split()
    counter.target.run(["ip", "route", "del", "default"])
    try:
        with load_on(counter.target, "counter.test") as load:
            assert counter.inv("rollback").exit_code == 0
        assert counter.says["version"] == version
        assert (load["requests"] > 0, load["lost"]) == (True, 0)
    finally:
        counter.target.run(["ip", "route", "add", *route])


def test_tasks_mean_what_they_mean_elsewhere(counter):
    worker = "echo working in $PS with {% raw %}${#CACHE}{% endraw %} letters; exec sleep infinity"
    counter.configure(app_processes={"worker": {"command": worker, "count": 2}})
    counter.code("loud", COUNTING + '\nprint("a word from the box")\n')
    counter.deploy()
    assert "a word from the box" in [event.get("text") for event in counter.inv("logs").events]
    said = lambda: {event.get("text") for event in counter.inv("logs", "--process", "worker").events}  # noqa: E731
    wait_for(
        lambda: {f"working in worker.{number} with 5 letters" for number in (1, 2)} <= said(), "their words"
    )
    command = "id -un; touch /files/x && echo kept; python -c 'import app; print(app.count())'"
    run = counter.inv("run", "--command", command)
    *said, number = [event["text"] for event in run.events if event["event"] == "log"]
    assert (said, number.isdigit()) == (["counter", "kept", "a word from the box"], True)
    web = next(process for process in counter.asked("status")["processes"] if process["name"] == "web")
    assert (web["state"], web["restarts"]) == ("active", 0)
    assert counter.inv("restart").exit_code == 0
    wait_for(lambda: counter.request().status == 200, "an answer")


def test_the_projects_own_file_is_kept(counter):
    for name, text in {
        "compose.yaml": COMPOSE,
        "Dockerfile.web": OWN,
        "serve.py": SERVE,
        "common.env": "COLOUR=blue\n",
        "motto.txt": "first\n",
    }.items():
        counter.write(f"app/{name}", text)
    counter.configure(compose_services={})
    try:
        counter.deploy()
        first, before = int(visits(counter)), containers(counter)
        said = counter.says["environment"]
        assert {name: said[name] for name in ("GREETING", "ADDRESS", "COLOUR", "PORT")} == {
            "GREETING": "hello",
            "ADDRESS": "redis://:teal$x@cache",
            "COLOUR": "blue",
            "PORT": "8000",
        }
        assert set(before) == {"cache", "keeper"}
        assert counter.deploy().host["changed"] == 0
        counter.write("app/motto.txt", "second\n")
        counter.deploy()
        assert int(visits(counter)) > first
        after = containers(counter)
        assert (after["cache"] == before["cache"], after["keeper"] == before["keeper"]) == (True, False)
        assert (
            counter.target.run(["docker", "exec", after["keeper"], "cat", "/motto.txt"]).stdout == "second\n"
        )
        clients = counter.target.run(["sh", "-c", "ps axww -o args; docker inspect $(docker ps -q)"]).stdout
        assert "teal" not in clients.partition("[")[0]
    finally:
        for name in ("compose.yaml", "Dockerfile.web", "serve.py", "common.env", "motto.txt"):
            (counter.directory / "app" / name).unlink()


def test_after_a_reboot_services_and_release_serve_by_themselves(counter):
    counter.deploy()
    first = int(visits(counter))
    counter.target.restart()
    wait_for(lambda: counter.request().status == 200, "an answer", timeout_s=60)
    assert int(visits(counter)) > first
    assert counter.deploy().host["changed"] == 0


def visits(project: Project) -> str:
    """How often the app was asked, as its service knows it."""
    return project.says["environment"]["VISITS"]


def containers(project: Project) -> dict[str, str]:
    """The running containers of the app's services, by service."""
    label = f"label=com.docker.compose.project={project.name}"
    listing = ["docker", "ps", "--quiet", "--filter", label]
    found = project.target.run(listing).stdout.split()
    described = json.loads(project.target.run(["docker", "inspect", *found], check=False).stdout or "[]")
    return {found["Config"]["Labels"]["com.docker.compose.service"]: found["Id"] for found in described}
