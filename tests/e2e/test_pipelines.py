"""Deploying from a pipeline: an image, a user number without a name, and the files of ``init``, step by step."""

from __future__ import annotations

import io
import json
import platform
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from deploytasks.targets import Target, ensure_engine, ensure_image
from deploytasks.targets.key import known_hosts_lines
from tests.e2e.converged import up_converged
from tests.e2e.pipelines import Machine, run_github, run_gitlab
from tests.e2e.project import Project
from tests.wheel import ROOT

IMAGE = "deploytasks-controller:test"
NUMBER = "12345:12345"
PYTHON_OF_IMAGE = "3.11"
PLACES = ("/etc", "/home", "/opt", "/root", "/run", "/srv", "/tmp", "/usr/local", "/var")
SEARCH = """
grep -rlaF -e "$0" "$@"
journalctl --no-pager | grep -cF -e "$0"
cat /proc/[0-9]*/environ | grep -caF -e "$0"
"""


@pytest.fixture(scope="module")
def remote(target_state) -> Target:
    return up_converged("pipelines", "debian12", target_state)


@pytest.fixture(scope="module")
def key(remote) -> str:
    """The text of a key that lies in no file; the target lets it in."""
    made = Ed25519PrivateKey.generate()
    public = made.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    remote.authorize(f"\n{public} pipeline\n")
    return made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


@pytest.fixture(scope="module")
def shop(remote, tmp_path_factory) -> Project:
    """A repository with the inventory of a laptop: another address, another user, a key that is not here."""
    project = Project.make("pipes", tmp_path_factory.mktemp("pipes"), remote)
    project.write(
        "inventory.ini",
        "pipelines ansible_host=192.0.2.1 ansible_user=me ansible_private_key_file=/laptop/key\n",
    )
    project.write("app/run.sh", "#!/bin/sh\nexec true\n")
    (project.directory / "app/run.sh").chmod(0o755)
    project.configure(app_source="app")
    project.directory.chmod(0o755)  # for whoever works in it
    git(project, "init", "-q")
    return project


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """That of this checkout, in a directory of its own."""
    place = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
    ]
    subprocess.run([*build, str(place), str(ROOT)], check=True)
    return next(place.glob("*.whl"))


@pytest.fixture(scope="module")
def image(wheel: Path, tmp_path_factory) -> str:
    """The image of the Dockerfile, built from the base of the targets, with wheels that were fetched here."""
    client, context = ensure_engine(print), io.BytesIO()
    wheels = tmp_path_factory.mktemp("wheels")
    platforms = [f"--platform={name}_{platform.machine()}" for name in ("manylinux2014", "manylinux_2_28")]
    fetch = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--only-binary=:all:",
        f"--python-version={PYTHON_OF_IMAGE}",
    ]
    pinned = ["--constraint", str(ROOT / "constraints.txt"), "--dest", str(wheels)]
    subprocess.run([*fetch, *platforms, *pinned, f"{wheel}[wheelhouse]"], check=True)
    with tarfile.open(fileobj=context, mode="w") as archive:
        for file in (ROOT / "Dockerfile", *wheels.glob("*.whl")):
            archive.add(file, file.name)
    context.seek(0)
    arguments = {"BASE": ensure_image(client, "debian12", print), "PIP_NO_INDEX": "1"}
    built, _ = client.images.build(
        fileobj=context, custom_context=True, tag=IMAGE, buildargs=arguments, rm=True, forcerm=True
    )
    return str(built.id)


def git(project: Project, *words: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    argv = ["git", *who, *words]
    return subprocess.run(
        argv, cwd=project.directory, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(project: Project, version: str) -> str:
    project.code(version)
    git(project, "add", ".")
    git(project, "commit", "-qm", version)
    return git(project, "rev-parse", "HEAD")


@pytest.fixture
def inside(remote, shop, key, image) -> Iterator[Callable[..., tuple[int, str]]]:
    """Runs ``inv`` in a container of the image on the target's network: no name, no HOME, all read-only but /tmp."""
    client = docker.from_env()
    remote.container.reload()
    ((network, settings),) = remote.container.attrs["NetworkSettings"]["Networks"].items()
    address = settings["IPAddress"]
    environment = {
        "DEPLOYTASKS_SSH_KEY": key,
        "DEPLOYTASKS_KNOWN_HOSTS": known_hosts_lines(address, 22, remote.host_keys).replace(
            f"[{address}]:22", address
        ),
        "DEPLOYTASKS_ANSIBLE_HOST": address,
        "DEPLOYTASKS_ANSIBLE_USER": "deploy",
    }

    def run(*words: str) -> tuple[int, str]:
        container = client.containers.create(
            image,
            ["env", "-u", "HOME", "inv", *words],
            user=NUMBER,
            network=network,
            environment=environment,
            volumes={str(shop.directory): {"bind": "/work", "mode": "ro"}},
            read_only=True,
            tmpfs={"/tmp": "mode=1777"},
        )
        try:
            container.start()
            code = container.wait(timeout=180)["StatusCode"]
            said = container.logs().decode()
            assert container.diff() is None, "something was written beside /tmp"
            return code, said
        finally:
            container.remove(force=True, v=True)

    yield run
    client.close()


def test_an_unnamed_user_without_a_home_deploys_from_an_image(inside, shop, remote, key):
    commit(shop, "one")
    told = []
    for words, expected in (
        (("check",), 3),
        (("deploy",), 0),
        (("deploy",), 0),
        (("status",), 0),
        (("history",), 0),
    ):
        code, said = inside(*words)
        assert code == expected, said
        told.append(said)
    assert told[0].count("there is no home directory here") == 1
    assert " changed=0 failed=0" in told[2]
    assert shop.says["version"] == "one"
    assert shop.current in told[3]
    assert "12345@" in told[4]
    assert remote.run(
        ["sh", "-c", "test -x /srv/pipes/current/code/run.sh || find /srv/pipes/current/ -name run.sh"]
    )
    assert_nowhere(key, "".join(told), remote)


def test_the_same_commit_from_this_machine_changes_nothing(shop, remote, key, monkeypatch):
    """Index, modes and line ends were those of a read-only mount that belongs to somebody else."""
    for name, value in at_home(remote, key).items():
        monkeypatch.setenv(name, value)
    assert shop.deploy().changed == []


def at_home(remote: Target, key: str) -> dict[str, str]:
    return {
        "DEPLOYTASKS_SSH_KEY": key,
        "DEPLOYTASKS_KNOWN_HOSTS": remote.known_hosts.read_text(),
        "DEPLOYTASKS_ANSIBLE_HOST": remote.host,
        "DEPLOYTASKS_ANSIBLE_PORT": str(remote.ssh_port),
        "DEPLOYTASKS_ANSIBLE_USER": "deploy",
    }


def written(service: str, shop: Project, place: str) -> str:
    argv = [sys.executable, "-m", "deploytasks", "init", "--pipeline", service]
    subprocess.run(argv, cwd=shop.directory, check=True, capture_output=True)
    return (shop.directory / place).read_text()


def test_the_workflow_of_github_step_by_step(shop, remote, key, wheel, tmp_path):
    workflow = written("github", shop, ".github/workflows/deploy.yml")
    sha = commit(shop, "from github")
    variables = at_home(remote, key)
    secret, known = variables.pop("DEPLOYTASKS_SSH_KEY"), variables.pop("DEPLOYTASKS_KNOWN_HOSTS")
    machine = Machine(
        tmp_path, shop.directory, {**variables, "PIP_FIND_LINKS": str(wheel.parent)},
        {"secrets": {"DEPLOYTASKS_SSH_KEY": secret}, "vars": {"DEPLOYTASKS_KNOWN_HOSTS": known},
         "runner": {"temp": str(tmp_path)}},
    )  # fmt: skip
    machine.contexts["github"] = {
        "event_name": "pull_request", "sha": "a merge", "repository": "ann/shop",
        "event": {"pull_request": {"head": {"sha": sha, "repo": {"full_name": "ann/shop"}}}},
    }  # fmt: skip
    artifacts = run_github(machine, workflow, "check")
    events = [json.loads(line) for line in artifacts["check"].read_text().splitlines()]
    assert events[-1]["command"] == "check"
    assert events[-1]["exit_code"] == 3
    assert "| pipelines | would change |" in (tmp_path / "check.md").read_text()
    assert "::group::pipelines\n" in machine.printed
    assert shop.says["version"] == "one"

    machine.contexts["github"] = {"event_name": "workflow_dispatch", "sha": sha}
    artifacts = run_github(machine, workflow, "deploy")
    assert json.loads(artifacts["deploy"].read_text().splitlines()[-1])["ok"]
    assert "| pipelines | changed |" in (tmp_path / "deploy.md").read_text()
    assert shop.says["version"] == "from github"
    kept = (*tmp_path.glob("*.jsonl"), *tmp_path.glob("*.md"), *(tmp_path / ".cache").rglob("*"))
    made = "".join(path.read_text(errors="replace") for path in kept if path.is_file())
    assert_nowhere(key, machine.printed + made, remote)


def test_the_pipeline_of_gitlab_step_by_step(shop, remote, key, wheel, tmp_path):
    pipeline = written("gitlab", shop, ".gitlab-ci.yml")
    sha = commit(shop, "from gitlab")
    (tmp_path / "KEY").write_text(key)  # as a variable of the type File
    variables = {**at_home(remote, key), "DEPLOYTASKS_SSH_KEY": str(tmp_path / "KEY")}
    machine = Machine(tmp_path, shop.directory, {**variables, "PIP_FIND_LINKS": str(wheel.parent)})
    artifacts = run_gitlab(machine, pipeline, "check", sha)
    assert "| pipelines | would change |" in artifacts[".deploytasks/summary.md"].read_text()
    artifacts = run_gitlab(machine, pipeline, "deploy", sha)
    recap = json.loads(artifacts[".deploytasks/events.jsonl"].read_text().splitlines()[-1])
    assert (recap["command"], recap["ok"]) == ("deploy", True)
    assert shop.says["version"] == "from gitlab"
    assert run_gitlab(machine, pipeline, "check", sha)
    assert "would_change=0" in machine.printed.rpartition("section_start")[2]


def assert_nowhere(key: str, told: str, remote: Target) -> None:
    """No line of *key* in what was *told*, nor in a file, a process or the journal of the host."""
    lines = key.splitlines()[2:-2]
    assert [line for line in lines if line in told] == []
    for line in lines:
        found = remote.run(["sh", "-c", SEARCH, line, *PLACES], check=False).stdout.split()
        assert found == ["0", "0"], found
