"""How a run goes about it: what the flags of every command say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.here import aside, performer
from deploytasks.planning.standard import no_roles
from deploytasks.report import QuietReporter, Reading, unseen
from deploytasks.secrets import Secrets
from deploytasks.transport import transport_for

if TYPE_CHECKING:
    from deploytasks.agent.engine.plan import Plan
    from deploytasks.fleet.visit import StreamsOf, WayTo
    from deploytasks.inventory import Host
    from deploytasks.planning.role import Role
    from deploytasks.report import Reporter
    from deploytasks.transport import AskPassword

    RolesOf = Callable[[Host], Sequence[Role]]
    PlanOf = Callable[[Host], Plan]


def nobody_to_ask(prompt: str) -> str | None:
    """There is no person who could type a password."""
    del prompt
    return None


def whole(plan: Plan) -> Plan:
    """All of *plan*."""
    return plan


@frozen
class Manner:
    """How a run goes about it: the same for every command.

    *forks* hosts are worked on at a time. *check* changes nothing, and with *diff* tells how the lines of files differ.
    *lock_wait_s* seconds are waited for somebody else's deploy. *serial* are batch sizes (``1``, ``"25%"``); more than
    *max_fail* failed hosts of all (a number or ``"25%"``) stop the run. *narrow* drops steps from a plan. *streams* are
    those of a command that is run, by the name of its host. *way_to* is how a host is reached. *reading* tells how far
    the reading of sources is. *ahead* are roles that come before all others of a host. *secrets* are those that hosts'
    values name, once they have been asked for.
    """

    command: str = "deploy"
    check: bool = False
    diff: bool = False
    forks: int = 10
    serial: Sequence[int | str] = ()
    max_fail: int | str | None = None
    lock_wait_s: float = 0
    by: Callable[[], str] = field(default_factory=partial(aside, performer))
    reporter: Reporter = field(default_factory=QuietReporter)
    ask_password: AskPassword = nobody_to_ask
    streams: StreamsOf | None = None
    way_to: WayTo = transport_for
    reading: Callable[[], Reading] = unseen
    narrow: Callable[[Plan], Plan] = whole
    ahead: RolesOf = no_roles
    secrets: Secrets = field(default_factory=Secrets)
