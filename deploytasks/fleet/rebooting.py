"""Starting hosts anew, and waiting until they are back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from deploytasks.agent.release.questions import Reboot
from deploytasks.errors import Unreachable
from deploytasks.fleet.answers import Answers
from deploytasks.fleet.applying import ask
from deploytasks.fleet.asking import asked, ping
from deploytasks.fleet.manner import Manner
from deploytasks.planning.standard import no_roles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploytasks.inventory import Host

Boots = Mapping[str, Mapping[str, Any]]
"""What hosts say of themselves, ``boot`` among it, by name."""
PAUSE_S = 1.0


def reboot(
    hosts: Iterable[Host], *, timeout_s: float = 300, manner: Manner | None = None
) -> Answers[Mapping[str, Any]]:
    """Start each host anew, and wait until it lets us in again.

    The answer is that of ``ping`` then. One that is not back within *timeout_s* seconds is an error.
    """
    chosen = list(hosts)
    told = asked(ask(chosen, no_roles, Reboot(), manner or Manner("reboot")))
    back = _back(chosen, told, time.monotonic() + timeout_s)
    late = {
        name: Unreachable(f"{name}: it was told to reboot, and is not back after {timeout_s:g} s", name)
        for name in told
        if name not in back
    }
    code = told.exit_code or (Unreachable.exit_code if late else 0)
    return Answers(back, {**told.errors, **late}, code)


def _back(hosts: Sequence[Host], told: Boots, deadline: float) -> Boots:
    """Those of *hosts* that are in another run of their kernel than they *told*, by the *deadline* at the latest."""
    back: dict[str, Mapping[str, Any]] = {}
    while True:
        away = [host for host in hosts if host.name in told and host.name not in back]
        back |= {name: answer for name, answer in ping(away).items() if answer["boot"] != told[name]["boot"]}
        if len(back) == len(told) or time.monotonic() > deadline:
            return back
        time.sleep(PAUSE_S)
