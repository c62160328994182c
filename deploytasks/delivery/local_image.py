"""An image that this machine's Docker engine builds, for hosts that shall not build it themselves."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import asdict, field
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from deploytasks.agent.conversation.mask import Mask
from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.docker.image_build import (
    BUILD_TIMEOUT_S,
    NO_BUILDKIT,
    SYSTEM_AUTHORITIES,
    WITHOUT_BUILDKIT,
    build_words,
    last_lines,
    read_if_there,
    write_secrets,
)
from deploytasks.agent.docker.shipped_image import ShippedImage
from deploytasks.agent.frozen import frozen
from deploytasks.errors import PlanError, StepFailed
from deploytasks.here import cache_directory, environment, locked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deploytasks.agent.engine.plan import Plan
    from deploytasks.source import Source

PLATFORMS = {
    "x86_64": "linux/amd64",
    "aarch64": "linux/arm64",
    "armv7l": "linux/arm/v7",
    "i686": "linux/386",
    "ppc64le": "linux/ppc64le",
    "riscv64": "linux/riscv64",
    "s390x": "linux/s390x",
}
"""What Docker calls the architectures of uname(2)."""

OTHER_MACHINE = "exec format error"
TO_EMULATE = "Docker Desktop can, elsewhere install qemu-user-static and binfmt-support"


@frozen
class LocalImage:
    """The image *name* of the app *app*, for *platform*, by the *dockerfile* of its context.

    The context is the app's source, or, without a path of a Dockerfile in it, *files* with their texts, among them
    ``Dockerfile``, and *copies* of what lies here, by their SHA-256. Packages come from *index_url* and
    *extra_index_urls*, whose certificates some of *authorities* (PEM) may have signed.
    """

    name: str
    app: str
    platform: str
    dockerfile: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    index_url: str = field(default="", repr=False)
    extra_index_urls: tuple[str, ...] = field(default=(), repr=False)
    authorities: str = field(default="", repr=False)

    def encode(self) -> str:
        """The image as JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def decode(cls, encoded: bytes) -> LocalImage:
        """The inverse of ``encode``."""
        return cls(**json.loads(encoded))

    def archive(self, source: Source | None, here: Mapping[str, Path] | None = None) -> IO[bytes]:
        """What docker-save(1) makes of it, built by the engine of this machine unless that was done before.

        *here* says where files lie, by their SHA-256.
        The last archive of an app is kept for its other hosts. Raises ``StepFailed`` when there is no engine, or the
        build fails.
        """
        place = cache_directory() / "images" / f"{self.app}-{digest_of(self.encode().encode())}.tar"
        with locked(cache_directory() / "images.lock"), self._blaming(place):
            if not place.exists():
                self._make(place, source, here or {})
            return place.open("rb")

    def _make(self, place: Path, source: Source | None, here: Mapping[str, Path]) -> None:
        place.parent.mkdir(mode=0o700, exist_ok=True)
        for earlier in place.parent.glob(f"{self.app}-{'[0-9a-f]' * 64}.tar"):
            earlier.unlink()
        unfinished = place.with_suffix(".part")
        try:
            self._build(source, here)
            with unfinished.open("wb") as archive:
                self._docker("save", self.name, stdout=archive)
            unfinished.replace(place)
        finally:
            unfinished.unlink(missing_ok=True)
            with suppress(
                StepFailed
            ):  # The layers stay in the cache of the builds; the name would stay for ever.
                self._docker("image", "rm", self.name)

    @contextmanager
    def _blaming(self, place: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._failed(f"{error.filename or place}: {error.strerror}") from error

    def _build(self, source: Source | None, here: Mapping[str, Path]) -> None:
        with tempfile.TemporaryDirectory(prefix="deploytasks-") as work:
            context, secrets = Path(work, "context"), Path(work, "secrets")
            for directory in (context, secrets):
                directory.mkdir()
            context.chmod(0o755)
            self._write_context(context, source, here)
            trusted = read_if_there(SYSTEM_AUTHORITIES), self.authorities.encode()
            write_secrets(
                str(secrets), (self.index_url, *self.extra_index_urls), [text for text in trusted if text]
            )
            dockerfile = self.dockerfile or "Dockerfile"
            words = build_words(self.name, self.app, str(context), dockerfile, str(secrets), {}, "")
            self._docker(words[0], f"--platform={self.platform}", *words[1:])

    def _write_context(self, directory: Path, source: Source | None, here: Mapping[str, Path]) -> None:
        if self.dockerfile and source:
            source.copy_to(directory)
        for name, text in self.files.items():
            _with_parents(directory / name).write_text(text, encoding="utf-8")
        for name, digest in self.copies.items():
            shutil.copyfile(here[digest], _with_parents(directory / name))

    def _docker(self, *words: str, stdout: IO[bytes] | int = subprocess.PIPE) -> None:
        variables = {**environment(), "DOCKER_BUILDKIT": "1"}
        variables.pop("BUILDX_BUILDER", None)  # Another builder's images would not be among the engine's.
        try:
            done = subprocess.run(
                ["docker", *words],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.PIPE,
                env=variables,
                timeout=BUILD_TIMEOUT_S,
                check=False,
            )
        except FileNotFoundError as error:
            raise self._failed(
                "docker_build=controller wants Docker on this machine, and there is no docker"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise self._failed(f"no end after {BUILD_TIMEOUT_S:g} s") from error
        if done.returncode:
            said = ((done.stdout or b"") + done.stderr).decode("utf-8", "replace")
            raise self._failed(self._why(said), last_lines(said))

    def _why(self, said: str) -> str:
        if NO_BUILDKIT.search(said):
            return WITHOUT_BUILDKIT
        if OTHER_MACHINE in said:
            return f"its engine cannot run programs for {self.platform}; {TO_EMULATE}"
        return ""

    def _failed(self, why: str, said: str = "") -> StepFailed:
        mask = Mask()
        urls = (self.index_url, *self.extra_index_urls)
        mask.add(filter(None, (urlsplit(url).password for url in urls)))
        what = f"the image {self.name} could not be built on this machine"
        advice = "nothing was changed; with docker_build=host it would be built there"
        return StepFailed(
            f"{what}{': ' + why if why else ''}; {advice}", step="docker: build the image", output=mask(said)
        )


def _with_parents(place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def images_of(plan: Plan) -> dict[str, LocalImage]:
    """The images that *plan* wants brought along, by the digests of what they are built from.

    Raises ``PlanError`` for one in a step that is not sensitive: its recipe would lie open in the plan.
    """
    wanted = [step.resource for step in plan.steps if isinstance(step.resource, ShippedImage)]
    for image in wanted:
        if not image.digest:
            raise PlanError(f"the image {image.name} is shipped by a step that is not sensitive; make it so")
    return {image.digest: LocalImage.decode(plan.contents[image.digest]) for image in wanted}
