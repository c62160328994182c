"""All packages in the versions that the package index offers."""

from __future__ import annotations

import os
import re
from typing import ClassVar, List, Tuple

from deploytasks.agent.disk.part import text_of
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import require_word
from deploytasks.agent.packages import apt
from deploytasks.agent.regex import regex

COMMANDS = {"safe": ("upgrade", "--with-new-pkgs"), "full": ("dist-upgrade",)}
TO_COME = regex(r"^(?:Inst|Remv) (\S+)(?: \[(\S+)\])?(?: \((\S+))?", re.MULTILINE)
REBOOT = "/run/reboot-required"


@frozen
class Upgrade(Resource):
    """No package is older than what the package index offers.

    The *kind* ``safe`` removes none, ``full`` does where it has to (apt-get(8) ``upgrade``, ``dist-upgrade``). An
    index older than *cache_valid_time* seconds is updated before. What ``inspect`` sees has, besides, whether the
    host wants a ``reboot`` (needrestart and the kernels' packages leave /run/reboot-required). Upgrading cannot be
    undone. As upgrade of ansible.builtin.apt.
    """

    reversible: ClassVar[bool] = False
    lasts: ClassVar[bool] = True
    kind: str = "safe"
    cache_valid_time: int = 3600

    def __post_init__(self) -> None:
        require_word("kind", self.kind, tuple(COMMANDS))

    def desired(self) -> State:
        return {"upgrades": [], "index": "fresh"}

    def inspect(self, machine: Machine) -> State:
        is_fresh = apt.index_age_s(machine) <= self.cache_valid_time
        return {
            "upgrades": self._to_come(machine),
            "index": "fresh" if is_fresh else "old",
            "reboot": wants_reboot(machine),
        }

    def apply(self, machine: Machine, change: Change) -> None:
        if "index" in change.keys:
            apt.update(machine)
        command, *more = COMMANDS[self.kind]
        apt.carry_out(machine, command, more=more)
        if wants_reboot(machine):
            machine.say("this host wants a reboot: %s" % ", ".join(_causes(machine)))

    def _to_come(self, machine: Machine) -> List[str]:
        command, *more = COMMANDS[self.kind]
        done = machine.ask(["apt-get", "--simulate", command, *more, "-o", "Debug::NoLocking=true"])
        if not done.ok and machine.has("apt-get"):
            raise StepError("apt-get cannot tell what an upgrade would bring", done.output)
        return [_told(*match) for match in TO_COME.findall(done.stdout)]


def wants_reboot(machine: Machine) -> bool:
    """Whether a package has asked for a new start of the host."""
    return os.path.lexists(machine.path(REBOOT))


def _causes(machine: Machine) -> Tuple[str, ...]:
    return tuple(sorted(set(text_of(machine.path(REBOOT + ".pkgs")).split()))) or ("a package asks for it",)


def _told(name: str, before: str, after: str) -> str:
    return " ".join(filter(None, (name, before, "→ %s" % after if after else "is removed")))
