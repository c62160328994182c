"""The installer uv, brought to the host without pip."""

from __future__ import annotations

import io
import os
from typing import ClassVar, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen


@frozen
class Uv(Resource):
    """``<directory>/<version>/uv`` is that version of uv.

    The host may have another uv of its own.

    It is fetched from the package index at *index_url* (the public one when empty) and counts only with
    the SHA-256 that the index tells, which has to be one of those that are *known* if any are: what it gives is run as
    root. *ca_bundle* is a file on the host with further certificate authorities. With a *wheelhouse* no index is asked:
    *wheel*, the SHA-256 of a wheel that holds it, comes along.
    Like a package it stays when a deploy fails.
    """

    reversible: ClassVar[bool] = False
    version: str
    directory: str = "/opt/deploytasks/uv"
    index_url: str = ""
    ca_bundle: str = ""
    wheelhouse: bool = False
    wheel: str = ""
    known: Tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The program."""
        return "%s/%s/uv" % (self.directory, self.version)

    def desired(self) -> State:
        return {"version": self.version}

    def inspect(self, machine: Machine) -> State:
        # Nothing but a verified program ever gets this name, so its existence tells the version.
        return {"version": self.version} if os.access(machine.path(self.path), os.X_OK) else None

    def lacks(self, machine: Machine) -> Tuple[str, ...]:
        is_wanted = self.wheel and self.inspect(machine) is None and machine.blobs.find(self.wheel) is None
        return (self.wheel,) if is_wanted else ()

    def apply(self, machine: Machine, change: Change) -> None:
        # TLS and archives cost 25 ms to import, which a host that has uv shall not pay.
        from deploytasks.agent.python.package_index import PackageIndex
        from deploytasks.agent.python.uv_wheel import fetch_uv, place_uv

        del change
        if self.wheelhouse:
            if self.known and self.wheel not in self.known:
                raise StepError(
                    "the wheel of uv %s that came along is not the one that is known" % self.version
                )
            wheel = io.BytesIO(machine.blobs.read(self.wheel))
            place_uv(wheel, "the wheel of uv %s" % self.version, machine.path(self.path))
            return
        index = PackageIndex(self.index_url, machine.path(self.ca_bundle) if self.ca_bundle else "")
        index.require_answer()
        fetch_uv(index, self.version, machine.path(self.path), self.known)
