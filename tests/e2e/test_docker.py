"""An app in containers: images of its releases, its own Dockerfile, its processes; and every task means the same."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from deploytasks.agent.python.package_index import PUBLIC
from deploytasks.targets import Target, ensure_engine
from tests.e2e.cell import load_on
from tests.e2e.controller import environment, wait_for
from tests.e2e.converged import up_converged
from tests.e2e.engine import PYTHON, bring_python, build_image, client_with_buildkit
from tests.e2e.project import Project, Run, difference, files
from tests.inv import INV

SECRETS = "--mount=type=secret,id=installer --mount=type=secret,id=authorities . /run/secrets/installer"
OWN = f"""\
FROM {PYTHON}
RUN {SECRETS} && python3 -m venv /own && /own/bin/pip install itsdangerous==2.1.2
COPY . /home/app
WORKDIR /home/app
VOLUME /data
CMD ["/own/bin/python", "serve.py"]
"""
SERVE = '''
"""Serves on $PORT, else on the unix socket $LISTEN_SOCKET."""

import io
import os
import socketserver
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from app import app


def asked(environ, start_response):
    return app({**environ, "wsgi.input": io.BytesIO()}, start_response)


class Threads(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class AtSocket(Threads):
    address_family = 1

    def server_bind(self):
        os.umask(0)
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", 80
        self.setup_environ()

    def get_request(self):
        return self.socket.accept()[0], ("local", 0)


if "PORT" in os.environ:
    make_server("", int(os.environ["PORT"]), asked, Threads).serve_forever()
server = AtSocket(os.environ["LISTEN_SOCKET"], WSGIRequestHandler)
server.set_app(asked)
server.serve_forever()
'''
LINES = 'line one\n  LINE=two "quoted" $HOME `x` \\'


@pytest.fixture(scope="module")
def berth(target_state) -> Target:
    """A host that has no engine yet."""
    return up_converged("berth", "debian12", target_state)


@pytest.fixture(scope="module")
def refused(berth, tmp_path_factory) -> tuple[Project, Run]:
    """An app, and how its first deploy ended on a host that has neither the base image nor a registry."""
    project = Project.make(
        "boxed",
        tmp_path_factory.mktemp("boxed"),
        berth,
        app_runtime="docker",
        app_env={"LINES": LINES, "COLOUR": "teal"},
        app_shared=["uploads/"],
        app_drain_timeout_s=10,
        docker_base_image=PYTHON,
    )
    return project, project.inv("deploy")


@pytest.fixture(scope="module")
def deployed(refused) -> Project:
    """The same app, whose base image was brought, after its first deploy."""
    project, _ = refused
    bring_python(project.target)
    project.deploy()
    return project


@pytest.fixture
def boxed(deployed) -> Iterator[Project]:
    """The app as its source is, whatever that says; a next deploy takes other settings than the first ones back."""
    before = dict(deployed.variables)
    yield deployed
    deployed.configure_only(**before)


@pytest.fixture
def own(boxed) -> Iterator[Project]:
    """The app with a Dockerfile of its own."""
    boxed.write("app/Dockerfile", OWN)
    boxed.write("app/serve.py", SERVE)
    boxed.configure(docker_dockerfile="Dockerfile")
    yield boxed
    for name in ("Dockerfile", "serve.py"):
        (boxed.directory / "app" / name).unlink()


@pytest.fixture
def shipped(boxed, tmp_path, monkeypatch) -> Iterator[Project]:
    """The app, whose images are built here: its host has no base image any more."""
    build_image(ensure_engine(print), PYTHON)
    (tmp_path / "docker").symlink_to(client_with_buildkit())
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    boxed.target.run(["docker", "image", "rm", PYTHON])
    boxed.configure(docker_build="controller")
    yield boxed
    bring_python(boxed.target)


def test_a_base_image_that_cannot_be_had_is_named(refused):
    project, run = refused
    assert run.exit_code == 2
    assert run.failure["step"] == "build the image"
    assert f"the image {PYTHON} is not on this host and cannot be pulled" in run.messages
    assert f"docker save {PYTHON} | ssh HOST sudo docker load" in run.messages
    assert images(project) == []


def test_the_app_runs_confined_in_its_image(boxed):
    (container,) = containers(boxed)
    assert container["Config"]["Image"] == f"boxed:{boxed.current}"
    settings = container["HostConfig"]
    assert settings["ReadonlyRootfs"]
    assert (settings["CapDrop"], settings["SecurityOpt"]) == (["ALL"], ["no-new-privileges"])
    uid = boxed.target.run(["id", "-u", "boxed"]).stdout.strip()
    assert container["Config"]["User"].startswith(f"{uid}:")


def test_the_environment_arrives_as_it_is_and_its_values_are_in_no_arguments(boxed):
    assert boxed.says["environment"]["LINES"] == LINES
    clients = boxed.target.run(["pgrep", "-fa", "docker.*run"]).stdout
    assert "boxed" in clients
    assert "teal" not in clients


def test_a_change_of_the_code_uses_the_layer_of_the_dependencies_again_and_a_second_deploy_nothing(boxed):
    before = layers(boxed)
    boxed.code("two", '\nprint("a word from the box")\n')
    boxed.deploy()
    assert boxed.says["version"] == "two"
    assert len(layers(boxed) - before) == 1
    assert boxed.deploy().host["changed"] == 0


def test_a_rollback_needs_no_network(boxed):
    before = boxed.says["version"]
    boxed.code("three")
    boxed.deploy()
    route = boxed.target.run(["ip", "route", "show", "default"]).stdout.split()
    boxed.target.run(["ip", "route", "del", "default"])
    try:
        assert boxed.inv("rollback").exit_code == 0
        assert boxed.says["version"] == before
    finally:
        boxed.target.run(["ip", "route", "add", *route])


def test_the_log_is_where_it_always_is(boxed):
    assert "a word from the box" in [event.get("text") for event in boxed.inv("logs").events]


def test_run_is_in_a_container_of_the_image(boxed):
    kept = "touch /srv/boxed/shared/uploads/y && echo kept"
    command = f"id -un; pwd; echo ${{#COLOUR}}; which python; touch /x 2>&1; {kept}"
    run = boxed.inv("run", "--command", command)
    said = [event["text"] for event in run.events if event["event"] == "log"]
    assert said[:4] == ["boxed", "/app/code", "4", "/app/venv/bin/python"]
    assert "Read-only file system" in said[4]
    assert said[5:] == ["kept"]
    boxed.target.run(["test", "-f", "/srv/boxed/shared/uploads/y"])
    assert len(containers(boxed)) == 1


def test_run_in_a_container_is_a_pipe_and_nobody_sees_the_command(boxed):
    data = os.urandom(1_000_000)
    argv = [str(INV), "run", "--command", ": hunter2; cat; exit 7"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(argv, cwd=boxed.directory, env=environment(), **pipes) as run:
        wait_for(lambda: "deploytasks-run" in docker(boxed, "ps", "--no-trunc"), "its container")
        seen = docker(boxed, "ps", "--no-trunc") + boxed.target.run(["ps", "axww"]).stdout
        assert (run.communicate(data, timeout=60)[0], run.returncode) == (data, 7)
    assert "hunter2" not in seen


def docker(project: Project, *words: str) -> str:
    return project.target.run(["docker", *words]).stdout


def test_status_and_restart_are_what_they_are_elsewhere(boxed):
    before = boxed.asked("status")
    (web,) = before["processes"]
    assert (before["health"]["ok"], web["state"], web["workers"], web["restarts"]) == (True, "active", 1, 0)
    (container,) = containers(boxed)
    assert boxed.inv("restart").exit_code == 0
    wait_for(lambda: boxed.request().status == 200, "an answer")
    (anew,) = containers(boxed)
    assert (anew["Name"], anew["Id"] != container["Id"]) == (container["Name"], True)


def test_an_app_that_does_not_start_is_told_in_its_own_words_and_leaves_nothing(boxed):
    before, kept, version = files(boxed.target, boxed.root, "/etc"), images(boxed), boxed.says["version"]
    boxed.code("broken", "\nimport nosuch\n")
    run = boxed.inv("deploy")
    boxed.code("mended")
    assert run.exit_code == 2
    assert "No module named 'nosuch'" in run.messages
    left = difference(before, files(boxed.target, boxed.root, "/etc"))
    assert [path for path in left if not path.endswith("history.jsonl")] == []
    assert images(boxed) == kept
    assert len(containers(boxed)) == 1
    assert boxed.says["version"] == version


def test_a_container_that_ends_is_started_again(boxed):
    (container,) = containers(boxed)
    boxed.target.run(["docker", "kill", container["Id"]])
    wait_for(lambda: [found["Id"] for found in containers(boxed)] not in ([], [container["Id"]]), "a new one")
    wait_for(lambda: boxed.request().status == 200, "an answer")


def test_images_go_with_their_releases(boxed):
    assert len(boxed.releases) > 2
    boxed.configure(app_keep_releases=2)
    boxed.code("kept")
    boxed.deploy()
    assert images(boxed) == sorted(f"boxed:{release}" for release in boxed.releases)
    assert len(boxed.releases) == 2


def test_a_login_of_the_index_is_in_no_image(boxed):
    login = PUBLIC.replace("://", "://somebody:hunter2@")
    boxed.depend_on("2.2.0")
    boxed.write("login.yml", f"pip_index_url: {login}\n")
    run = boxed.deploy("--extra-vars", "@login.yml")
    assert boxed.says["dependency"] == "2.2.0"
    boxed.depend_on("2.1.2")
    image = f"boxed:{boxed.current}"
    script = f"docker history --no-trunc {image}; docker image inspect {image}; docker save {image} | grep -ac hunter2"
    assert boxed.target.run(["sh", "-c", script], check=False).stdout.splitlines()[-1] == "0"
    assert "hunter2" not in boxed.target.run(["sh", "-c", script], check=False).stdout
    assert "hunter2" not in json.dumps(run.events)


def test_other_processes_have_containers_of_their_own(boxed):
    loop = "echo working in $PS; exec sleep infinity"
    release = "echo released as $(id -un) > uploads/released"
    boxed.configure(app_processes={"worker": {"command": loop, "count": 2}, "release": release})
    boxed.deploy()
    names = {container["Name"] for container in containers(boxed)}
    current = boxed.current
    assert names == {
        f"/boxed-{current}",
        f"/boxed.worker.{current}-1",
        f"/boxed.worker.{current}-2",
    }
    assert boxed.target.run(["cat", "/srv/boxed/shared/uploads/released"]).stdout == "released as boxed\n"
    said = lambda: {event.get("text") for event in boxed.inv("logs", "--process", "worker").events}  # noqa: E731
    wait_for(lambda: {"working in worker.1", "working in worker.2"} <= said(), "their words")


def test_the_image_of_an_own_dockerfile_listens_on_the_socket(own):
    own.deploy()
    assert own.says["environment"]["LISTEN_SOCKET"] == f"/run/boxed/{own.current}.sock"
    assert own.deploy().host["changed"] == 0
    command = "pwd; id -un; echo kept > /data/mark"
    run = own.inv("run", "--command", command)
    assert [event["text"] for event in run.events if event["event"] == "log"] == ["/home/app", "boxed"]
    own.code("after")
    own.deploy()
    assert own.says["version"] == "after"
    run = own.inv("run", "--command", "cat /data/mark")
    assert [event["text"] for event in run.events if event["event"] == "log"] == ["kept"]


def test_the_image_of_an_own_dockerfile_listens_on_a_port_that_nobody_else_reaches(own):
    own.configure(docker_port=8000)
    own.deploy()
    first, version = own.current, own.says["version"]
    assert own.says["environment"]["PORT"] == "8000"
    own.code("at another port")
    own.deploy()
    assert own.says["version"] == "at another port"
    assert own.deploy().host["changed"] == 0
    with load_on(own.target, "boxed.test") as load:
        assert own.inv("rollback", "--to", first).exit_code == 0
    assert own.says["version"] == version
    assert (load["requests"] > 0, load["lost"]) == (True, 0)
    assert "8000" not in own.target.run(["ss", "-ltn"]).stdout


def test_dependencies_that_are_built_here_go_along_once_until_there_are_others_and_the_host_needs_no_base(
    shipped,
):
    """One story, as each of its images is built and sent."""
    first = shipped.deploy()
    brought = [name for name in images(shipped) if ":dependencies-" in name]
    assert (len(brought), shipped.says["dependency"]) == (1, "2.1.2")
    assert shipped.deploy().host["changed"] == 0
    version = shipped.says["version"]
    shipped.code("brought")
    again = shipped.deploy()
    assert shipped.says["version"] == "brought"
    assert [name for name in images(shipped) if ":dependencies-" in name] == brought
    assert first.host["sent_bytes"] > 100 * again.host["sent_bytes"]
    assert ensure_engine(print).images.list("boxed") == []
    assert shipped.inv("rollback").exit_code == 0
    assert shipped.says["version"] == version
    assert shipped.inv("verify").exit_code == 0
    build_that_fails_leaves_the_host_alone_and_says_why(shipped)
    shipped.depend_on("2.2.0")
    shipped.deploy()
    assert shipped.says["dependency"] == "2.2.0"
    (other,) = (name for name in images(shipped) if ":dependencies-" in name)
    assert other not in brought
    shipped.depend_on("2.1.2")


def build_that_fails_leaves_the_host_alone_and_says_why(shipped):
    before = files(shipped.target, shipped.root, "/etc")
    shipped.depend_on("0.0.99")
    run = shipped.inv("deploy")
    shipped.depend_on("2.1.2")
    assert run.exit_code == 2
    assert run.failure["step"] == "build the image"
    assert "could not be built on this machine" in run.messages
    assert "itsdangerous==0.0.99" in run.failure["output"]
    assert difference(before, files(shipped.target, shipped.root, "/etc")) == {}


def test_the_image_of_an_own_dockerfile_is_built_here_and_sent_along(shipped):
    shipped.write("app/Dockerfile", OWN)
    shipped.write("app/serve.py", SERVE)
    shipped.configure(docker_dockerfile="Dockerfile")
    try:
        shipped.deploy()
        assert shipped.says["environment"]["LISTEN_SOCKET"] == f"/run/boxed/{shipped.current}.sock"
        assert shipped.deploy().host["changed"] == 0
    finally:
        for name in ("Dockerfile", "serve.py"):
            (shipped.directory / "app" / name).unlink()


def test_an_app_comes_from_docker_to_systemd_and_back_again(boxed):
    boxed.code("anywhere")
    boxed.deploy()
    boxed.configure(app_runtime="systemd")
    boxed.deploy()
    assert boxed.says["version"] == "anywhere"
    assert containers(boxed) == []
    boxed.inv("rollback")
    assert boxed.says["version"] == "anywhere"
    assert len(containers(boxed)) == 1
    wait_for(lambda: units(boxed) == [f"boxed@{boxed.current}.service"], "the instance of systemd has ended")


def test_after_a_reboot_the_release_serves_by_itself(boxed):
    boxed.deploy()
    boxed.target.restart()
    wait_for(lambda: boxed.request().status == 200, "an answer", timeout_s=60)
    assert boxed.deploy().host["changed"] == 0


def test_an_app_in_containers_goes_with_its_images(boxed):
    assert boxed.inv("destroy", "--yes", "--purge").exit_code == 0
    assert (containers(boxed), images(boxed)) == ([], [])
    assert boxed.inv("destroy", "--yes").changed == []


def images(project: Project) -> list[str]:
    """The images of the app, by name."""
    listing = ["docker", "image", "ls", project.name, "--format", "{{.Repository}}:{{.Tag}}"]
    return sorted(project.target.run(listing).stdout.split())


def layers(project: Project) -> set[str]:
    """Those of the current release's image."""
    name = f"{project.name}:{project.current}"
    (image,) = json.loads(project.target.run(["docker", "image", "inspect", name]).stdout)
    return set(image["RootFS"]["Layers"])


def containers(project: Project) -> list[dict[str, Any]]:
    """The running containers of the app, as the engine describes them."""
    listing = ["docker", "ps", "--quiet", "--filter", f"label=deploytasks.app={project.name}"]
    found = project.target.run(listing).stdout.split()
    return json.loads(project.target.run(["docker", "inspect", *found], check=False).stdout or "[]")


def units(project: Project) -> list[str]:
    listing = ["systemctl", "list-units", "--plain", "--no-legend", f"{project.name}@*"]
    return [line.split()[0] for line in project.target.run(listing).stdout.splitlines()]
