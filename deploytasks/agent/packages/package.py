"""Packages of the distribution."""

from __future__ import annotations

from contextlib import nullcontext
from typing import ClassVar, Tuple, Union

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.packages import apt
from deploytasks.agent.packages.dpkg import INSTALLED, package_states
from deploytasks.agent.packages.policy import nothing_started
from deploytasks.agent.regex import regex
from deploytasks.agent.services import systemd

# Debian policy 5.6.7; apt-get would take a trailing - for "remove" and + for "install".
NAME = regex(r"[a-z0-9][a-z0-9+.-]*[a-z0-9+.](:[a-z0-9-]+)?")


@frozen
class Package(Resource):
    """*names* are installed, in whatever version: ``Package("nginx")`` or ``Package(("nginx", "ufw"))``.

    A name may be a virtual package, or ``name:architecture``. What a package only recommends is left out.
    Installing cannot be undone. The units *resting* are started by a package of its own accord, and are stopped again
    when it is installed here; who had it before keeps them. What is installed *unstarted* begins to run by a step
    of its own, when it has a configuration of ours. Raises ``ValueError`` for a name that Debian has not.
    """

    reversible: ClassVar[bool] = False
    lasts: ClassVar[bool] = True
    names: Union[str, Tuple[str, ...]]
    resting: Tuple[str, ...] = ()
    unstarted: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", (self.names,) if isinstance(self.names, str) else tuple(self.names))
        wrong = next((name for name in self.names if not NAME.fullmatch(name)), None)
        if wrong is not None:
            raise ValueError("package name %r; expected one such as nginx or libc6:i386" % wrong)

    def desired(self) -> State:
        return dict.fromkeys(self.names, INSTALLED)

    def inspect(self, machine: Machine) -> State:
        return dict(package_states(machine, tuple(self.names)))

    def apply(self, machine: Machine, change: Change) -> None:
        with nothing_started(machine) if self.unstarted else nullcontext():
            apt.install(machine, change.keys)
        if self.resting:
            systemd.disable_now(machine, self.resting)
