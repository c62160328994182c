"""nginx with a new configuration."""

from __future__ import annotations

import os
from typing import FrozenSet, Tuple

from deploytasks.agent.disk.directory_handle import reading, reading_bytes
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Action
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.agent.services import systemd

UNIT = "nginx.service"
WORKER = b"nginx: worker process"
"""The title of a worker that takes connections; one that ends says so in a longer one."""
CONFLICT = regex(r'conflicting server name "(.*?)" on (\S+?), ignored')
ERROR_LOG = "/var/log/nginx/error.log"
KEPT_LINES = 5
TAKEN_WITHIN_S = 20


@frozen
class NginxReload(Action):
    """nginx, if it runs, serves by its new configuration.

    It is asked first whether it approves of that; *names* have to be of one site in it.

    Of two sites with one name nginx would serve the first, and say so in a warning that nobody reads. A
    port that somebody else has is seen at the reload only, and makes it go on as before.
    """

    names: Tuple[str, ...] = ()

    def run(self, machine: Machine) -> None:
        self._require_approval(machine)
        if not systemd.is_active(machine, UNIT):
            return
        old = _workers(machine)
        systemd.reload(machine, UNIT)
        if not machine.wait_until(lambda: not old & _workers(machine), TAKEN_WITHIN_S):
            raise StepError("nginx goes on with its old configuration", _complaints(machine))

    def acts_upon(self) -> str:
        return UNIT

    def _require_approval(self, machine: Machine) -> None:
        done = machine.ask(["nginx", "-t"])
        if not done.ok:
            raise StepError("nginx refuses its configuration: nginx -t", done.output)
        for name, address in CONFLICT.findall(done.output):
            if name in self.names:
                raise StepError(_told(name, address), done.output)


def _told(name: str, address: str) -> str:
    if name == "_":
        return "another site on %s takes any name already; give this one its nginx_server_name" % address
    return "another site on %s has the name %s already" % (address, name)


def _workers(machine: Machine) -> FrozenSet[str]:
    """The processes of nginx that take connections."""
    cgroup = systemd.show(machine, UNIT, "ControlGroup").get("ControlGroup")
    found = systemd.pids(machine, cgroup) if cgroup else frozenset()
    return frozenset(pid for pid in found if _title(machine, pid) == WORKER)


def _title(machine: Machine, pid: str) -> bytes:
    try:
        with reading_bytes(machine.path("/proc/%s/cmdline" % pid)) as file:
            return file.read().rstrip(b"\0 ")
    except OSError:
        return b""


def _complaints(machine: Machine) -> str:
    """The last lines in nginx's log that tell why it could not."""
    path = machine.path(ERROR_LOG)
    if not os.path.exists(path):
        return ""
    with reading(path, errors="replace") as file:
        return "".join([line for line in file if "[emerg]" in line][-KEPT_LINES:])
