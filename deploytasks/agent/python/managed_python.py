"""A Python that uv brings, for apps that no Python of the machine fits."""

from __future__ import annotations

import glob
import os
from contextlib import suppress
from typing import ClassVar, Dict

from deploytasks.agent.disk.entry import make_directories, remove_entry, remove_whole, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.python import CACHE, PYTHONS
from deploytasks.agent.python.authorities import authorities_in

LOCK = ".lock"
"""uv's own, which everybody may write."""
FOR_ALL = "0755"
TIMEOUT_S = 900
KEPT_LINES = 20


@frozen
class ManagedPython(Resource):
    """``/opt/deploytasks/pythons/<version>/bin`` has CPython of that *version*, ``3.13`` or ``3.13.1``.

    It is root's, and shared by all apps that want it. The program *uv* brings it, the newest patch level that it knows,
    from where it brings Pythons from, or from *mirror*: the address of a mirror, or that of a list of downloads
    (``.json``). What it brings counts only with the SHA-256 that uv, or that list, knows. *ca_bundle* is a file on the
    host with further certificate authorities. Like a package it stays when a deploy fails. Until an environment is made
    of it, whoever prunes another app lets it be.
    """

    reversible: ClassVar[bool] = False
    version: str
    uv: str
    mirror: str = ""
    ca_bundle: str = ""

    @property
    def path(self) -> str:
        """The program."""
        return "%s/bin/python%s" % (self._directory, ".".join(self.version.split(".")[:2]))

    @property
    def _directory(self) -> str:
        return "%s/%s" % (PYTHONS, self.version)

    def desired(self) -> State:
        return {"version": self.version}

    def inspect(self, machine: Machine) -> State:
        # The link is made when all is there.
        if not os.access(machine.path(self.path), os.X_OK):
            return None
        return {"version": self.version} if self._is_held(machine) else None

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        place = machine.path(self._directory)
        remove_whole(place)
        make_directories(place, FOR_ALL)
        self._is_held(machine)
        try:
            self._install(machine, place)
        except BaseException:
            remove_whole(place)
            raise

    def _is_held(self, machine: Machine) -> bool:
        """Whether it could be held: somebody may prune it at this moment."""
        with suppress(OSError):
            from deploytasks.agent.python.hold import Hold

            machine.holds.append(Hold(machine.path(self._directory)))
            return True
        return False

    def _install(self, machine: Machine, place: str) -> None:
        argv = [machine.path(self.uv), "python", "install", "--no-config", "--no-bin", self.version]
        done = machine.ask(argv, env=self._environment(machine, place), timeout_s=TIMEOUT_S)
        found = glob.glob(os.path.join(glob.escape(place), "cpython-%s*" % self.version, "bin"))
        whole = [path for path in found if not os.path.islink(os.path.dirname(path))]
        if not done.ok or not whole:
            raise StepError(
                "uv could not bring Python %s; install it on the host, or set uv_python_mirror to a place that it "
                "reaches" % self.version,
                "\n".join(done.output.splitlines()[-KEPT_LINES:]),
            )
        remove_entry(os.path.join(place, LOCK))
        link = {"kind": "symlink", "target": os.path.relpath(whole[0], place)}
        write_entry(os.path.join(place, "bin"), link)

    def _environment(self, machine: Machine, place: str) -> Dict[str, str]:
        is_list = self.mirror.endswith(".json")
        source = "UV_PYTHON_DOWNLOADS_JSON_URL" if is_list else "UV_PYTHON_INSTALL_MIRROR"
        authorities = authorities_in(machine, self.ca_bundle, place)
        return {
            "UV_PYTHON_INSTALL_DIR": place,
            "UV_PYTHON_DOWNLOADS": "manual",
            "UV_CACHE_DIR": machine.path(CACHE) + "/uv",
            "UV_NO_PROGRESS": "1",
            "UV_HTTP_TIMEOUT": "30",
            "UV_SYSTEM_CERTS": "1",
            **({source: self.mirror} if self.mirror else {}),
            **({"SSL_CERT_FILE": authorities} if authorities else {}),
        }
