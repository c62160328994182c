"""The image of a target: a context, built once and named by the digest of its context."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import docker

from deploytasks.agent.frozen import frozen
from deploytasks.errors import ConfigError
from deploytasks.here import cache_directory, locked
from deploytasks.here.paths import below
from deploytasks.targets.apt import network_settings, sources_for
from deploytasks.targets.authorities import extra_authorities
from deploytasks.targets.base import ensure_base
from deploytasks.targets.engine import Say

HERE = Path(__file__).parent
SUITES = {"debian11": "bullseye", "debian12": "bookworm", "debian13": "trixie"}


@frozen
class BuildContext:
    """A Docker build context for *release*, such as `debian12`; *files* maps paths in it to content."""

    release: str
    files: Mapping[str, bytes]

    @property
    def image(self) -> str:
        return f"deploytasks-target:{self.release}-{self.digest}"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.archive().getvalue()).hexdigest()[:12]

    def archive(self) -> io.BytesIO:
        """The files as a tar archive: owned by root, without times."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for path, content in sorted(self.files.items()):
                entry = tarfile.TarInfo(path)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
        archive.seek(0)
        return archive


def ensure_image(client: docker.DockerClient, release: str, say: Say) -> str:
    """The name of the image of *release*, built now if the engine has none of the same context."""
    context = build_context_for(release)
    with locked(cache_directory() / f"{release}.lock"):
        if not client.images.list(context.image):
            build(client, context, say)
    return context.image


def build_context_for(release: str) -> BuildContext:
    """The package's Dockerfile and rootfs, and what this controller needs to reach mirrors and indexes."""
    if release not in SUITES:
        raise ConfigError(f'image "{release}": unknown\nexpected one of {", ".join(SUITES)}')
    shipped = [HERE / "Dockerfile", *(path for path in HERE.glob("rootfs/**/*") if path.is_file())]
    own = {below(path, HERE): path.read_bytes() for path in shipped}
    return BuildContext(release, {**own, **controller_files(SUITES[release])})


def controller_files(suite: str) -> dict[str, bytes]:
    """Empty where this controller is set up like any other machine and is not a Debian."""
    files = {
        "rootfs/etc/apt/sources.list": sources_for(suite).encode(),
        "rootfs/etc/apt/apt.conf.d/90controller": network_settings().encode(),
    }
    for pem in extra_authorities():
        name = f"controller-{hashlib.sha256(pem).hexdigest()[:12]}.crt"
        files[f"rootfs/usr/local/share/ca-certificates/{name}"] = pem + b"\n"
    return {path: content for path, content in files.items() if content}


def build(client: docker.DockerClient, context: BuildContext, say: Say) -> None:
    base = ensure_base(client, context.release, SUITES[context.release], say)
    say(f"building the image {context.image} (half a minute)")
    lines: list[str] = []
    for message in client.api.build(
        fileobj=context.archive(),
        custom_context=True,
        buildargs={"BASE": base},
        tag=context.image,
        labels={"deploytasks.image": context.release},
        rm=True,
        forcerm=True,
        decode=True,
    ):
        lines.append(message.get("stream", ""))
        if "error" in message:
            raise ConfigError(
                f"{''.join(lines[-40:])}{message['error']}\nsee above why the image did not build"
            )
