"""granian as the app's server: a role of one's own that is a part, by what it has (deploytasks/planning/parts.py).

It takes its connections from the descriptor that systemd hands on, which granian's command line has no option for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploytasks import Phase, Step, deployment_of
from deploytasks.resources import File

if TYPE_CHECKING:
    from deploytasks import Host

PROGRAM = '''"""Serves {ref} with granian. Managed by deploytasks."""

import socket
import sys

sys.path.insert(0, {directory!r})

from granian.net import SocketHolder
from granian.server import Server


class OnDescriptor(Server):
    """Listens where systemd listens for it."""

    def _init_shared_socket(self):
        self._shd = SocketHolder({fd}, True, self.backlog)
        self._sfd = self._shd.get_fd()
        self._sso = socket.socket(fileno=self._sfd)
        self._sso.set_inheritable(True)


if __name__ == "__main__":
    OnDescriptor({ref!r}, interface={interface!r}, workers={v.workers}, blocking_threads={v.threads}).serve()
'''


@dataclass(frozen=True)
class Vars:
    """``granian_NAME`` in the inventory."""

    version: str = "2.8.9"
    workers: int = 2
    threads: int = 4


protocols = ("http",)
interfaces = ("wsgi", "asgi")
says_ready = False


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The program, in the release, so that a rollback brings it back with the code."""
    deployment = deployment_of(host)
    ref = deployment.project.callable
    text = PROGRAM.format(
        ref=str(ref), directory=deployment.directory, fd=deployment.place.fd, interface=ref.interface, v=v
    )
    yield Step("write granian's program", File(_program(host), text), phase=Phase.PREPARE)


def packages(host: Host, v: Vars) -> tuple[str, ...]:
    """What pip installs for it besides the app's own requirements."""
    del host
    return (f"granian=={v.version}",)


def command(host: Host, v: Vars) -> tuple[str, ...]:
    """The command line of the web process."""
    del v
    return (deployment_of(host).place.program("python"), _program(host))


def _program(host: Host) -> str:
    return f"{deployment_of(host).place.path}/serve_with_granian.py"
