"""An image that the host's own Docker engine has built."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from typing import Dict, Iterator, List, Tuple

from deploytasks.agent.accounts.accounts import account
from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.docker.engine import docker, has_image, images_of_others, require_image
from deploytasks.agent.docker.image_build import (
    AUTHORITIES,
    BUILD_TIMEOUT_S,
    NO_BUILDKIT,
    SYSTEM_AUTHORITIES,
    WITHOUT_BUILDKIT,
    build_words,
    last_lines,
    read_if_there,
    write_secrets,
)
from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen

SHOWN_IMAGES = 5
KEPT_OF_BUILDS = "4GB"
"""What the engine may keep for later builds."""


@frozen
class DockerImage(Resource):
    """The image *name* has been built from *dockerfile* in *context*.

    *bases* are the images that it is built on: each is on the host, or pulled. It is the stage *target* of
    the dockerfile, the last one when empty. The build knows *arguments*, which are pairs of name and value; with
    *digest* in their place they are an object in JSON, the blob of that SHA-256. It knows the numbers of *user* and
    of its group as the arguments UID and GID, and two secrets: ``installer``, a shell's text that sets what pip and
    uv heed, with *index_url* and *extra_index_urls*; and ``authorities``, the host's certificate authorities and those
    of the file *ca_bundle*. The image is labelled with *app*.
    """

    name: str
    context: str
    dockerfile: str
    app: str
    user: str
    bases: Tuple[str, ...] = ()
    index_url: str = ""
    ca_bundle: str = ""
    target: str = ""
    arguments: Tuple[Tuple[str, str], ...] = ()
    digest: str = ""
    extra_index_urls: Tuple[str, ...] = ()

    def desired(self) -> State:
        return {"built": True}

    def inspect(self, machine: Machine) -> State:
        return {"built": True} if has_image(machine, self.name) else None

    def apply(self, machine: Machine, change: Change) -> None:
        if change.after is None:
            docker(machine, "image", "rm", "--force", self.name)
            return
        for base in self.bases:
            require_image(machine, base, _or_another(machine))
        with _secrets(machine, (self.index_url, *self.extra_index_urls), self.ca_bundle) as directory:
            machine.heed_stop()
            arguments = self._arguments(machine)
            argv = self._build(machine, directory, arguments)
            done = docker(machine, *argv, timeout_s=BUILD_TIMEOUT_S, env=arguments)
            if not done.ok:
                raise StepError(self._cause(done, directory), last_lines(done.output))
        # As old engines keep what they have built for good; what is lost of it is built anew.
        docker(machine, "builder", "prune", "--force", "--keep-storage", KEPT_OF_BUILDS)

    def lacks(self, machine: Machine) -> Tuple[str, ...]:
        is_here = not self.digest or machine.blobs.find(self.digest) or has_image(machine, self.name)
        return () if is_here else (self.digest,)

    def sealed(self) -> Tuple[Resource, Dict[str, bytes]]:
        if not self.arguments:
            return self, {}
        content = json.dumps(dict(self.arguments)).encode("utf-8")
        return replace(self, arguments=(), digest=digest_of(content)), {digest_of(content): content}

    def _arguments(self, machine: Machine) -> Dict[str, str]:
        if not self.digest:
            return dict(self.arguments)
        found: Dict[str, str] = json.loads(machine.blobs.read(self.digest).decode("utf-8"))
        return found

    def _build(self, machine: Machine, secrets: str, arguments: Dict[str, str]) -> List[str]:
        found = account(machine, self.user)
        numbers = {"UID": str(found.uid), "GID": str(found.gid)} if found else {}
        valueless = dict.fromkeys(arguments, "")
        context = machine.path(self.context)
        return build_words(
            self.name, self.app, context, self.dockerfile, secrets, {**numbers, **valueless}, self.target
        )

    def _cause(self, done: Completed, secrets: str) -> str:
        if NO_BUILDKIT.search(done.output):
            return WITHOUT_BUILDKIT
        if "pip install" in done.output:
            from deploytasks.agent.python.package_index import PackageIndex

            bundle = os.path.join(secrets, AUTHORITIES)
            index = PackageIndex(self.index_url, bundle if os.path.getsize(bundle) else "")
            trouble = index.trouble()
            if trouble:
                return index.unreachable(trouble)
        return "the image %s could not be built" % self.name


def _or_another(machine: Machine) -> str:
    there = images_of_others(machine)[:SHOWN_IMAGES]
    return ", or build on another (docker_base_image)" + (
        "; on this host are: " + ", ".join(there) if there else ""
    )


@contextmanager
def _secrets(machine: Machine, indexes: Tuple[str, ...], ca_bundle: str) -> Iterator[str]:
    """A directory of root's with the secrets of one build, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="deploytasks-") as directory:
        trusted = [SYSTEM_AUTHORITIES, *([ca_bundle] if ca_bundle else [])]
        write_secrets(directory, indexes, [read_if_there(machine.path(path)) for path in trusted])
        yield directory
