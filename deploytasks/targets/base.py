"""The image that a target is built from: Debian's own from a registry, else one made from its mirror."""

from __future__ import annotations

import tempfile
from pathlib import Path

import docker
from docker.errors import DockerException
from requests.exceptions import RequestException

from deploytasks.targets.apt import install, sources_for
from deploytasks.targets.command import run
from deploytasks.targets.engine import Say, answering_engine

REGISTRY_TIMEOUT_S = 10
# Two of them: an old release may be signed by keys that a later one has retired.
KEYRINGS = Path("/usr/share/keyrings")


def ensure_base(client: docker.DockerClient, release: str, suite: str, say: Say) -> str:
    """The name of an image of *release* (`debian12`) that the engine has now."""
    official = release.replace("debian", "debian:")
    bootstrapped = f"deploytasks-base:{release}"
    for name in (official, bootstrapped):
        if client.images.list(name):
            return name
    if registry_has(official):
        say(f"pulling {official}")
        client.images.pull(official)
        return official
    bootstrap(client, bootstrapped, suite, say)
    return bootstrapped


def registry_has(image: str) -> bool:
    """One small request, so that a machine without a registry does not wait for a whole pull to fail."""
    client = answering_engine(REGISTRY_TIMEOUT_S)
    try:
        return client is not None and bool(client.images.get_registry_data(image))
    except (DockerException, RequestException):
        return False


def bootstrap(client: docker.DockerClient, name: str, suite: str, say: Say) -> None:
    install({"mmdebstrap": "mmdebstrap"}, say)
    say(f"bootstrapping Debian {suite}, as no image registry answers (half a minute)")
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "root.tar"
        run(mmdebstrap(suite, root, sources_for(suite)))
        repository, tag = name.split(":")
        client.api.import_image_from_file(str(root), repository=repository, tag=tag)


def mmdebstrap(suite: str, root: Path, sources: str) -> list[str]:
    """The command; without *sources* (lines of sources.list(5)) it takes Debian's own mirrors."""
    keyrings = [KEYRINGS / name for name in ("debian-archive-keyring.gpg", "debian-archive-removed-keys.gpg")]
    options = [f"--keyring={path}" for path in keyrings if path.exists()]
    return ["mmdebstrap", "--quiet", "--variant=minbase", *options, suite, str(root), *sources.splitlines()]
