"""Which steps have changed something, for those that are due only then."""

from __future__ import annotations

from typing import Iterable, List, Set, Tuple

from deploytasks.agent.engine.plan import Plan, Step

Names = Iterable[Tuple[str, str]]
"""Steps, each by its role and its name."""


class Changed:
    """What has changed by now; runs that failed before they came to what follows on it have left *earlier* ones."""

    def __init__(self, earlier: Names = ()) -> None:
        self._names: Set[Tuple[str, str]] = {(role, step) for role, step in earlier}

    def add(self, step: Step) -> None:
        self._names.add((step.role, step.name))

    def call_for(self, step: Step) -> bool:
        """Whether *step* is due."""
        return not step.follows or any((step.role, name) in self._names for name in step.follows)

    def without(self, names: Names) -> List[Tuple[str, str]]:
        """All but those that have been taken back."""
        return sorted(self._names - set(names))

    def beyond(self, plan: Plan) -> List[Tuple[str, str]]:
        """Those of roles that *plan*, which has been carried out, knows nothing of."""
        roles = {step.role for step in plan.steps}
        return sorted((role, step) for role, step in self._names if role not in roles)
