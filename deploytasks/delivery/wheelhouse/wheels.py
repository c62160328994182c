"""The wheels of a plan's steps, from the house of this machine, which is filled when they are first wanted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from deploytasks.agent.python.python_venv import PythonVenv
from deploytasks.agent.python.uv import Uv
from deploytasks.delivery.wheelhouse.filling import WHOLE, fill
from deploytasks.delivery.wheelhouse.wish import Wish, wish_of_uv, wish_of_venv
from deploytasks.here import cache_directory, locked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from deploytasks.agent.engine.plan import Plan, Step
    from deploytasks.agent.release.facts import Facts


def with_wheels(
    plan: Plan, facts: Facts, own: Mapping[str, Path] | None = None
) -> tuple[Plan, dict[str, Path]]:
    """*plan* with the wheels named that its steps want brought along, and where they lie here, by SHA-256.

    *own* says the same of those that were built here.

    Raises ``PlanError`` when there are none, or no uv and pip on this machine.
    """
    found: dict[str, Path] = {}
    steps = tuple(_with_wheels(step, plan, facts, own or {}, found) for step in plan.steps)
    return (replace(plan, steps=steps), found) if found else (plan, found)


def _with_wheels(
    step: Step, plan: Plan, facts: Facts, own: Mapping[str, Path], found: dict[str, Path]
) -> Step:
    resource = step.resource
    if isinstance(resource, PythonVenv) and resource.wheelhouse:
        wheels = _wheels(wish_of_venv(resource, plan, facts, own), found)
        return replace(step, resource=replace(resource, wheels=wheels))
    if isinstance(resource, Uv) and resource.wheelhouse:
        ((_, digest),) = _wheels(wish_of_uv(resource, facts), found)
        return replace(step, resource=replace(resource, wheel=digest))
    return step


def _wheels(wish: Wish, found: dict[str, Path]) -> tuple[tuple[str, str], ...]:
    if not (wish.texts or wish.extra):
        return ()
    place = cache_directory() / "wheels" / wish.key
    with locked(place.with_suffix(".lock")):
        if not (place / WHOLE).exists():
            fill(place, wish)
    digests: dict[str, str] = json.loads((place / WHOLE).read_text())
    found.update({digest: place / name for name, digest in digests.items()})
    return tuple(digests.items())
