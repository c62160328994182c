"""An image that was built where the deploy was started."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Dict, Tuple

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.docker.engine import docker, has_image
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen

LOAD_TIMEOUT_S = 1800.0


@frozen
class ShippedImage(Resource):
    """The engine holds the image *name*, or *instead*.

    It came along as an archive (docker-save(1)).

    *recipe* says how it is built, see ``deploytasks.delivery.local_image``; with *digest* in its place the archive
    is the blob of that name: what is made when it is asked for is named by what it is made from.
    """

    rolls_back: ClassVar[bool] = False
    name: str
    instead: str = ""
    recipe: str = ""
    digest: str = ""

    def desired(self) -> State:
        return {"here": True}

    def inspect(self, machine: Machine) -> State:
        return {"here": True} if self._is_here(machine) else None

    def apply(self, machine: Machine, change: Change) -> None:
        if change.after is None:
            docker(machine, "image", "rm", "--force", self.name)
            return
        archive = machine.blobs.find(self.digest)
        if archive is None:
            raise StepError(
                "the image %s is not on this host, and did not come along; deploy again" % self.name
            )
        done = docker(machine, "load", "--quiet", "--input", archive, timeout_s=LOAD_TIMEOUT_S)
        if not done.ok:
            raise StepError("the image %s could not be loaded" % self.name, done.output)

    def lacks(self, machine: Machine) -> Tuple[str, ...]:
        return () if machine.blobs.find(self.digest) or self._is_here(machine) else (self.digest,)

    def sealed(self) -> Tuple[Resource, Dict[str, bytes]]:
        if not self.recipe:
            return self, {}
        content = self.recipe.encode("utf-8")
        return replace(self, recipe="", digest=digest_of(content)), {digest_of(content): content}

    def _is_here(self, machine: Machine) -> bool:
        return any(has_image(machine, name) for name in (self.name, self.instead) if name)
