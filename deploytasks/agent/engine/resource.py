"""The contract between the engine and everything it can converge.

A *resource* has a desired state and an observed one; an *action* has an effect and no state.
Both are frozen dataclasses whose fields are JSON values, or resources, so that a step travels as
``{"type": "File", "args": {...}}`` and is rebuilt on the host by ``rebuild``.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Dict, Optional, Tuple

from deploytasks.agent.engine.types import type_called, word_for
from deploytasks.agent.frozen import frozen

if TYPE_CHECKING:
    from deploytasks.agent.engine.machine import Machine

State = Optional[Dict[str, Any]]
"""What is so, as a JSON object; None means absent."""


@frozen
class Change:
    """The way from one state to another.

    It is falsy when there is nothing to do.

    Keys that *after* does not name are of no concern and count as equal.
    """

    before: State
    after: State

    def __bool__(self) -> bool:
        if self.before is None or self.after is None:
            return self.before is not self.after
        return bool(self.keys)

    @property
    def keys(self) -> Tuple[str, ...]:
        """The names whose value differs, in *after*'s order."""
        before = self.before or {}
        return tuple(
            key for key, value in (self.after or {}).items() if key not in before or before[key] != value
        )

    @property
    def creates(self) -> bool:
        """True when the thing is absent and shall be there."""
        return self.before is None and self.after is not None

    @property
    def removes(self) -> bool:
        """True when the thing is there and shall be absent."""
        return self.before is not None and self.after is None


@frozen
class Resource:
    """Something on a machine with a desired state.

    A subclass is a frozen dataclass in a module that imports the standard library and
    ``deploytasks.agent`` only, because that module travels to the host.
    """

    reversible: ClassVar[bool] = True
    """Whether ``apply`` can also bring back a state that ``inspect`` saw before."""
    lasts: ClassVar[bool] = False
    """Whether it leaves something that a failed run has to tell of, as it cannot take it back."""
    rolls_back: ClassVar[bool] = True
    """Whether a rollback brings it back with its release; what has a life of its own, as a certificate has, stays."""

    def desired(self) -> State:
        """The state that this resource wants."""
        raise NotImplementedError

    def inspect(self, machine: Machine) -> State:
        """The state that *machine* is in.

        It is total, read-only and cheap; a missing program means absent.
        """
        raise NotImplementedError

    def apply(self, machine: Machine, change: Change) -> None:
        """Make ``change.after`` true.

        ``inspect`` has just run; undo calls this with the earlier state as *after*.
        """
        raise NotImplementedError

    def brings_back(self, machine: Machine, before: State) -> bool:
        """Whether ``apply`` can make this state, which ``inspect`` saw.

        An undo lets be what cannot be brought back.
        """
        del machine, before
        return self.reversible

    def surveyed(self) -> Tuple[str, ...]:
        """The units, or patterns of them, that ``inspect`` asks about (``Units``)."""
        return ()

    def lacks(self, machine: Machine) -> Tuple[str, ...]:
        """Digests of blobs that ``apply`` would need and *machine* does not hold."""
        del machine
        return ()

    def sealed(self) -> Tuple[Resource, Dict[str, bytes]]:
        """The same with contents named by digest, and these contents.

        They travel apart from the plan.
        """
        return self, {}


@frozen
class Action:
    """Something done to a machine when a step has changed.

    It has no state of its own.
    """

    lasts: ClassVar[bool] = False
    """Whether it leaves something that a failed run has to tell of, as nobody can take it back."""
    survives_failure: ClassVar[bool] = True
    """Whether it stays owed when its run fails, and runs once more when what it acted upon has been put back."""

    def run(self, machine: Machine) -> None:
        """Do it, or raise ``StepError``."""
        raise NotImplementedError

    def acts_upon(self) -> str:
        """The unit that has to run afterwards if it ran before.

        Empty for none.
        """
        return ""

    def run_again(self, machine: Machine, ran: bool) -> None:
        """Do it once more, after an undo.

        What it acted upon was put back; *ran* tells whether its unit ran before.
        """
        del ran
        self.run(machine)


def describe(thing: Any) -> Dict[str, Any]:
    """*thing* as ``{"type", "args"}``; fields that hold their default are left out."""
    kind = type(thing)
    args = {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}
    plain = {name: _described(value) for name, value in args.items() if not _is_default(kind, name, value)}
    return {"type": word_for(kind), "args": plain}


def rebuild(description: Dict[str, Any]) -> Any:
    """The inverse of ``describe``; JSON arrays become tuples again. Raises as ``type_called``, and ``TypeError``."""
    kind = type_called(description["type"])
    if not (isinstance(kind, type) and issubclass(kind, (Resource, Action))):
        raise TypeError("%s is neither a resource nor an action" % description["type"])
    return kind(**{key: _frozen(value) for key, value in description["args"].items()})


def _is_default(kind: Any, name: str, value: Any) -> bool:
    field = kind.__dataclass_fields__[name]
    return field.default is not dataclasses.MISSING and bool(field.default == value)


def _described(value: Any) -> Any:
    if isinstance(value, Resource):
        return describe(value)
    return tuple(map(_described, value)) if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(map(_frozen, value))
    is_description = isinstance(value, dict) and set(value) == {"type", "args"}
    return rebuild(value) if is_description else value
