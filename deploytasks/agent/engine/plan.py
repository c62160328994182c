"""Steps, handlers and plans: what is to be so on one host, as frozen values."""

from __future__ import annotations

import json
from dataclasses import field, replace
from typing import Any, Dict, Mapping, Tuple, Union

from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.engine.resource import Action, Resource, describe, rebuild
from deploytasks.agent.frozen import frozen
from deploytasks.agent.renamed import HANDLERS


@frozen
class Handler:
    """An action that runs once when a step that notifies it changed.

    It runs after the role's steps of a phase.

    When it is *of_fleet*, only on the host that leads the fleet.
    """

    name: str
    action: Action
    role: str = ""
    of_fleet: bool = False


@frozen
class Step:
    """A named use of a resource.

    *sensitive* hides its content from diffs and from the recorded plan.
    """

    name: str
    resource: Resource
    notify: Union[Handler, Tuple[Handler, ...]] = ()
    phase: Phase = Phase.PROVISION
    sensitive: bool = False
    role: str = ""

    @property
    def handlers(self) -> Tuple[Handler, ...]:
        return (self.notify,) if isinstance(self.notify, Handler) else tuple(self.notify)

    def in_role(self, role: str) -> Step:
        """This step, and the handlers that it notifies, as belonging to *role*."""
        owned = tuple(replace(handler, role=handler.role or role) for handler in self.handlers)
        return replace(self, role=role, notify=owned)


@frozen
class Plan:
    """The ordered steps of one host.

    *release* is the name under which it is kept, or empty.

    One that is *whole* holds all that its roles want, and one of a release all that anybody wants.
    """

    steps: Tuple[Step, ...]
    release: str = ""
    whole: bool = False
    digest: str = ""
    skipped: Tuple[Step, ...] = ()
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    """What sensitive steps hold, by digest; it travels apart from the plan."""
    secrets: Tuple[str, ...] = field(default=(), repr=False, compare=False)
    """Texts to be masked in all that the host says."""

    def steps_of(self, phase: Phase) -> Tuple[Step, ...]:
        return tuple(step for step in self.steps if step.phase is phase)

    def encode(self) -> str:
        """The plan as canonical JSON text."""
        return json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))

    def to_json(self) -> Dict[str, Any]:
        return {
            "release": self.release,
            "whole": self.whole,
            "digest": self.digest,
            "steps": [_step_to_json(step) for step in self.steps],
            "skipped": [_step_to_json(step) for step in self.skipped],
        }

    @classmethod
    def from_json(cls, document: Dict[str, Any]) -> Plan:
        """The inverse of ``to_json``; imports the modules that hold the resources' types."""
        return cls(
            steps=tuple(_step_from_json(step) for step in document["steps"]),
            release=document["release"],
            whole=document.get("whole", bool(document["release"])),
            digest=document["digest"],
            skipped=tuple(_step_from_json(step) for step in document["skipped"]),
        )


def _step_to_json(step: Step) -> Dict[str, Any]:
    return {
        "role": step.role,
        "name": step.name,
        "phase": step.phase.value,
        "sensitive": step.sensitive,
        "resource": describe(step.resource),
        "notify": [handler_to_json(handler) for handler in step.handlers],
    }


def handler_to_json(handler: Handler) -> Dict[str, Any]:
    """*handler* as JSON, the form in which a debt is written down."""
    plain = {"role": handler.role, "name": handler.name, "action": describe(handler.action)}
    return {**plain, "of_fleet": True} if handler.of_fleet else plain


def handler_from_json(document: Dict[str, Any]) -> Handler:
    """The inverse of ``handler_to_json``; it has the name by which it is known today."""
    action, of_fleet = rebuild(document["action"]), document.get("of_fleet", False)
    role, name = document["role"], document["name"]
    return Handler(HANDLERS.get((role, name), name), action, role, of_fleet)


def _step_from_json(document: Dict[str, Any]) -> Step:
    return Step(
        name=document["name"],
        resource=rebuild(document["resource"]),
        notify=tuple(handler_from_json(handler) for handler in document["notify"]),
        phase=Phase(document["phase"]),
        sensitive=document["sensitive"],
        role=document["role"],
    )
