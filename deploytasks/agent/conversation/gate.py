"""Where a host waits for the others of its fleet."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable

from deploytasks.agent.engine.events import Event, Ready
from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.errors import ControllerGone, HeldBack, Stopped


def _nobody_listens(event: Event) -> None:
    del event


def _go_on() -> Dict[str, Any]:
    return {}


def _nothing_to_hand_over() -> None:
    pass


class FleetGate:
    """Before its first change in each of *phases* a host says that it is ready, and *hears* what is to be done.

    It goes on, or it is held back, as when another host has failed. When the controller is gone it does what a host
    does that is alone (``Phase``). Of what is done on one host of a fleet only, such as a release command, one that
    does not *lead* does nothing. Before it waits it does *hand_over* what the others are to know of it.
    """

    def __init__(
        self,
        phases: Iterable[Phase] = (),
        say: Callable[[Event], None] = _nobody_listens,
        hear: Callable[[], Dict[str, Any]] = _go_on,
        *,
        leads: bool = True,
        hand_over: Callable[[], None] = _nothing_to_hand_over,
    ) -> None:
        self.leads = leads
        self.hand_over = hand_over
        self._phases = set(phases)
        self._say = say
        self._hear = hear

    def pass_into(self, phase: Phase) -> None:
        """Wait, where there is a gate before *phase* that was not passed; raises ``HeldBack`` or ``Stopped``."""
        if phase not in self._phases:
            return
        self._phases.discard(phase)
        self.hand_over()
        self._say(Ready(phase.value))
        try:
            answer = self._hear()
        except ControllerGone as gone:
            if phase.begins_with_controller:
                raise Stopped from gone
            return
        if answer.get("held"):
            raise HeldBack(answer["held"])
