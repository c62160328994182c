"""Images of targets that have had a first deploy: packages, users' tools and caches are there, no app is any more.

What is not about a first deploy begins there. An image is made when it is first wanted, and anew when something changed
of what makes it: the bare image, the roles, the agent, this file.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import docker

from deploytasks.here import cache_directory, locked
from deploytasks.targets import Target, down, ensure_engine, ensure_image, up
from tests.e2e.project import Project

ROOT = Path(__file__).parents[2]
REPOSITORY = "deploytasks-converged"
OTHER_APP = "/var/lib/deploytasks/other"
MASK = """
mkdir -p /etc/systemd/system-generators
cd /lib/systemd/system-generators
for generator in systemd-*; do
    [ $generator = systemd-sysv-generator ] || ln -s /dev/null /etc/systemd/system-generators/$generator
done
"""
"""systemd starts them at each daemon-reload; in a container they find nothing (systemd.generator(7))."""
KINDS: dict[str, dict[str, Any]] = {
    "nginx": {},
    "apache": {"app_web_server": "apache"},
    "caddy": {"app_web_server": "caddy"},
    "docker": {"app_runtime": "docker"},
}
"""What each kind has in its inventory."""


def up_converged(name: str, suite: str, state: Path, kind: str = "nginx") -> Target:
    """The target *name* of *suite*, such as ``debian12``, on which an app of *kind* was deployed and destroyed."""
    return up(name, suite, copy_of=image_of(suite, kind), state=state, say=print)


def image_of(suite: str, kind: str) -> str:
    client = ensure_engine(print)
    name = f"{REPOSITORY}:{suite}-{kind}-{digest_of(ensure_image(client, suite, print))}"
    with locked(cache_directory() / f"{REPOSITORY}-{suite}-{kind}.lock"):
        if not client.images.list(name):
            make(name, suite, kind)
            forget_older(client, name)
    return name


@cache
def digest_of(bare: str) -> str:
    """A name for what makes images of the bare one."""
    digest = hashlib.sha256(bare.encode())
    for file in (Path(__file__), *sorted(sources())):
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def sources() -> Iterator[Path]:
    for room in ("roles", "deploytasks/agent"):
        yield from (file for file in (ROOT / room).rglob("*") if file.is_file() and is_source(file))


def is_source(file: Path) -> bool:
    return "__pycache__" not in file.parts and file.suffix != ".md"


def make(name: str, suite: str, kind: str) -> None:
    """The app's release is not of it: what a deploy brings to the host of its own accord stays."""
    print(f"making the image {name}")
    with tempfile.TemporaryDirectory() as directory:
        state = Path(directory, "targets")
        target = up("first", suite, state=state, say=print)
        try:
            project = Project.make("first", Path(directory), target, **KINDS[kind])
            went_well(project, "setup" if kind == "docker" else "deploy")
            # Where an app is, such as this one, what all of them use stays.
            target.run(["mkdir", OTHER_APP])
            went_well(project, "destroy", "--yes", "--purge")
            target.run(["rmdir", OTHER_APP])
            target.run(["sh", "-ec", MASK])
            target.run(["sync"])
            target.keep_as(name)
        finally:
            down("first", state=state)


def went_well(project: Project, task: str, *flags: str) -> None:
    run = project.inv(task, *flags)
    assert run.exit_code == 0, run.messages + str(run.events[-1:])


def forget_older(client: docker.DockerClient, name: str) -> None:
    """Images of other digests go; one that a target of another run stands on stays until then."""
    kind = name.rpartition("-")[0]
    for image in client.images.list(REPOSITORY):
        for tag in image.tags:
            if tag.startswith(f"{kind}-") and tag != name:
                client.api.remove_image(tag, force=True, noprune=True)
