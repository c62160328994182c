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

    *sensitive* hides its content from diffs and from the recorded plan. ``--tags`` choose it by one of its *tags*,
    as by its role. It is skipped when *when* is False: a condition on ``host.facts``, or on anything else.

    With *only_if_changed* it is skipped unless one of these earlier steps of its role, or their names, has changed
    something, in this run or in one that failed before it came to this step.

    It is tried *retries* times more if it fails, each *delay_s* seconds later. An attempt has *timeout_s* seconds, in
    which its programs and waits end (0: without a limit). With *ignore_failure*, which says why, the run goes on after
    a failure, and what the step had begun is taken back. What a *lasting* step has done stays when the run fails later.
    """

    name: str
    resource: Resource
    notify: Union[Handler, Tuple[Handler, ...]] = ()
    phase: Phase = Phase.PROVISION
    sensitive: bool = False
    role: str = ""
    when: bool = True
    only_if_changed: Union[str, Step, Tuple[Union[str, Step], ...]] = ()
    retries: int = 0
    delay_s: float = 1.0
    timeout_s: float = 0.0
    ignore_failure: str = ""
    lasting: bool = False
    tags: Tuple[str, ...] = ()

    @property
    def handlers(self) -> Tuple[Handler, ...]:
        return (self.notify,) if isinstance(self.notify, Handler) else tuple(self.notify)

    @property
    def follows(self) -> Tuple[str, ...]:
        """The names of the steps of its role of which one has to have changed something; none when it is always due."""
        given = self.only_if_changed
        several = (given,) if isinstance(given, (str, Step)) else given
        return tuple(one.name if isinstance(one, Step) else one for one in several)

    @property
    def options(self) -> Dict[str, Any]:
        """Those of how it is carried out that are not as usual."""
        given = {**{name: getattr(self, name) for name in OPTIONS}, "only_if_changed": self.follows}
        return {name: value for name, value in given.items() if value != OPTIONS[name]}

    def in_role(self, role: str) -> Step:
        """This step, and the handlers that it notifies, as belonging to *role*."""
        owned = tuple(replace(handler, role=handler.role or role) for handler in self.handlers)
        return replace(self, role=role, notify=owned)


OPTIONS: Mapping[str, Any] = {
    "only_if_changed": (),
    "retries": 0,
    "delay_s": 1.0,
    "timeout_s": 0.0,
    "ignore_failure": "",
    "lasting": False,
}
"""What a host has to know of how a step is carried out, as it usually is."""


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
        **step.options,
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
    options = {name: document[name] for name in OPTIONS if name in document}
    if "only_if_changed" in options:
        options["only_if_changed"] = tuple(options["only_if_changed"])
    return Step(
        name=document["name"],
        resource=rebuild(document["resource"]),
        notify=tuple(handler_from_json(handler) for handler in document["notify"]),
        phase=Phase(document["phase"]),
        sensitive=document["sensitive"],
        role=document["role"],
        **options,
    )
