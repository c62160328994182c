"""Images of targets: the bare one with warm caches, the same for all peers; and one where a peer's job is done."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

import docker

from bench import fleet
from bench.places import JOB
from deploytasks.roles.app.uv_wheels import VERSION as UV
from deploytasks.targets import Target, ensure_image

RELEASE = "debian12"
REPOSITORY = "deploytasks-bench"
CACHES = tuple(
    map(
        PurePosixPath,
        ("/var/lib/apt/lists", "/var/cache/apt/archives", "/root/.cache", "/var/cache/deploytasks"),
    )
)
PRESENT = "python3-apt"
"""On Debian's own cloud images, too. Ansible's apt wants it, and cannot bring it where Mitogen runs it."""

FILL = f"""
set -eu
export DEBIAN_FRONTEND=noninteractive HOME=/root
apt-get -qq update
apt-get -qq install -y --no-install-recommends python3-venv nginx ufw >/dev/null
apt-get -qq install -y --no-install-recommends --download-only rsync python3-packaging {PRESENT} >/dev/null
python3 -m venv /tmp/job
/tmp/job/bin/pip install -q -r /tmp/requirements.txt
python3 -m venv /tmp/uv
/tmp/uv/bin/pip install -q --no-cache-dir uv=={UV}
/tmp/uv/bin/uv venv -q /tmp/again
UV_SYSTEM_CERTS=1 UV_CACHE_DIR=/var/cache/deploytasks/uv /tmp/uv/bin/uv pip install -q --python /tmp/again/bin/python \\
    -r /tmp/requirements.txt
"""


class Unprepared(Exception):
    """The image of a bare host could not be made."""


def bare(client: docker.DockerClient) -> str:
    """A host that never booted: nothing is installed, what a job downloads lies in the caches already.

    apt's lists and packages, pip's and uv's wheels. What a tool brings for itself alone is not warmed.
    """
    plain = ensure_image(client, RELEASE, print)
    requirements = (JOB / "requirements.txt").read_bytes()
    digest = hashlib.sha256(f"{plain}{FILL}{CACHES}{PRESENT}".encode() + requirements).hexdigest()[:12]
    image = f"{REPOSITORY}:bare-{digest}"
    if not client.images.list(image):
        print(f"building the image {image} (a minute)")
        scratch = fleet.start(client, "scratch", plain)
        scratch.put(PurePosixPath("/tmp/requirements.txt"), requirements)  # noqa: S108 - on the target
        scratch.run(["sh", "-c", FILL])
        with_caches(client, plain, scratch, image)
        fleet.take_down(["scratch"])
    return image


def with_caches(client: docker.DockerClient, plain: str, filled: Target, image: str) -> None:
    """*image* is *plain* with the caches of *filled*."""
    install = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", PRESENT]
    container = client.containers.create(plain, install)
    for cache in CACHES:
        chunks, _ = filled.container.get_archive(str(cache))
        container.put_archive(str(cache.parent), b"".join(chunks))
    container.start()
    if container.wait()["StatusCode"]:
        raise Unprepared(container.logs().decode(errors="replace"))
    container.commit(*image.split(":"), changes='CMD ["/sbin/init"]')
    container.remove(v=True)


def done(target: Target, peer: str) -> str:
    """An image of *target*, where *peer*'s job is done; its copies boot into that."""
    image = f"{REPOSITORY}:{peer}"
    target.keep_as(image)
    return image


def forget(client: docker.DockerClient, peer: str) -> None:
    """Remove what `done` made."""
    if client.images.list(f"{REPOSITORY}:{peer}"):
        client.images.remove(f"{REPOSITORY}:{peer}", force=True)
