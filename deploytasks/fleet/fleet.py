"""The hosts of one app, which go in step: prepared and healthy everywhere before the first switches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from deploytasks.agent.engine.plan import Plan
    from deploytasks.fleet.batches import MaxFail
    from deploytasks.fleet.crew import Crew
    from deploytasks.fleet.visit import Visit

IN_STEP = "two-phase"
ORDER = tuple(Phase)


@frozen
class Fleet:
    """Two *visits* or more to hosts of one app, of which the first leads.

    Each host waits at its gates: before it switches, and before it confirms what it switched to. Where too many have
    failed the others are held back: those that were ready undo what they had made, those that had switched go back.
    What is done once per fleet, such as a release command, the leader does; before it has, the others start nothing.
    """

    visits: Sequence[Visit]

    @classmethod
    def among(cls, visits: Iterable[Visit]) -> list[Fleet]:
        """The fleets that *visits* are to."""
        of_app: dict[str, list[Visit]] = {}
        for visit in visits:
            deployment = visit.host.deployment
            if deployment and deployment.v.fleet == IN_STEP:
                of_app.setdefault(deployment.app.name, []).append(visit)
        return [cls(members) for members in of_app.values() if len(members) > 1]

    def place_of(self, visit: Visit, plan: Plan) -> dict[str, Any]:
        """What the agent of *visit* is told of its fleet, together with its *plan*."""
        leads = visit is self.visits[0]
        is_done_once = any(handler.of_fleet for step in plan.steps for handler in step.handlers)
        awaited = [Phase.START] if is_done_once and not leads else []
        return {"gates": [phase.value for phase in (*awaited, Phase.SWITCH, Phase.CONFIRM)], "leads": leads}

    def foremost(self) -> list[Visit]:
        """Those that wait where no other waits for an earlier phase."""
        waiting = {visit: ORDER.index(visit.ready_for) for visit in self.visits if visit.ready_for}
        return [visit for visit, phase in waiting.items() if phase == min(waiting.values())]

    def reason_to_hold(self, visit: Visit, max_fail: MaxFail) -> str:
        """Why *visit* is held back at its gate now; empty when it is not."""
        failed = [other for other in self.visits if other.has_failed]
        leaderless = visit.ready_for is Phase.START and self.visits[0] in failed
        if not (leaderless or max_fail.is_passed_by(self.visits)):
            return ""
        return f"held back, as {', '.join(other.host.name for other in failed)} failed"


def go_in_step(fleets: Sequence[Fleet], crew: Crew, max_fail: MaxFail) -> None:
    """Let the hosts of *fleets* through their gates, all of a fleet together, until none waits any more."""
    while turn := {visit: fleet for fleet in fleets for visit in fleet.foremost()}:
        crew.each(_passing(turn, max_fail), list(turn))


def _passing(turn: Mapping[Visit, Fleet], max_fail: MaxFail) -> Callable[[Visit], None]:
    """What is confirmed is confirmed by all or by none; up to then, who comes late is spared what failed meanwhile."""
    together = {visit: fleet.reason_to_hold(visit, max_fail) for visit, fleet in turn.items()}

    def let_pass(visit: Visit) -> None:
        held = together[visit]
        if not held and visit.ready_for is not Phase.CONFIRM:
            held = turn[visit].reason_to_hold(visit, max_fail)
        visit.go_on(held)

    return let_pass
