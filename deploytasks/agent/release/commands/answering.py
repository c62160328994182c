"""Whether the release that serves answers, asked as its own deploy has asked it."""

from __future__ import annotations

from typing import Optional

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.plan import Plan
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.python.python_venv import PythonVenv
from deploytasks.agent.release.layout import Release
from deploytasks.agent.release.recorded import recorded_plan
from deploytasks.agent.release.runtime.http_check import HttpCheck
from deploytasks.agent.web.visit import Visit


def question_in(plan: Plan) -> Optional[HttpCheck]:
    """What an instance is asked before it serves; None when it is asked nothing."""
    return next((step.resource for step in plan.steps if isinstance(step.resource, HttpCheck)), None)


def visit_in(plan: Plan) -> Optional[Visit]:
    """How visitors ask for it; None where nobody asked so."""
    return next((step.resource for step in plan.steps if isinstance(step.resource, Visit)), None)


def environment_in(plan: Plan) -> Optional[PythonVenv]:
    """The app's virtual environment; None where the app brings its own Python."""
    return next((step.resource for step in plan.steps if isinstance(step.resource, PythonVenv)), None)


def require_answer(machine: Machine, release: Release) -> None:
    """Wait until the instance of *release* answers; raises ``StepError`` with its last words when it does not.

    Nothing is asked of a release whose plan cannot be read.
    """
    question = _question_to(machine, release)
    if question is None:
        return
    change = Change(question.inspect(machine), question.desired())
    if change:
        question.apply(machine, change)


def _question_to(machine: Machine, release: Release) -> Optional[HttpCheck]:
    try:
        return question_in(recorded_plan(machine, release))
    except StepError:
        return None
