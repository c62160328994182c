"""Taking back what a run has begun: the steps in reverse order, then again the handlers that had acted upon them."""

from __future__ import annotations

from typing import Callable, Iterable, List, Mapping, Sequence, Tuple

from deploytasks.agent.engine.events import Event, Note, StepUndone
from deploytasks.agent.engine.journal import Intent
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.plan import Handler
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import FAILURES, reason_of
from deploytasks.agent.frozen import frozen

Ran = Mapping[str, bool]
"""Whether a unit ran when the run began."""
Failures = List[Tuple[Handler, str]]


@frozen
class Undone:
    """How it went: *owed* are the handlers that a later run has to carry out.

    *trouble* tells what is not as it was, and which units ran and do not any more; empty when all is well. *stays* are
    the names of what has been done and nobody can take back, such as a migration or a package; all that was not taken
    back does *stand*.
    """

    owed: Tuple[Handler, ...]
    trouble: str = ""
    stays: Tuple[str, ...] = ()
    stand: Tuple[Intent, ...] = ()


@frozen
class Back:
    """The handlers of what was *taken_back*, what is to *stay*, and what could not be taken back and why."""

    taken_back: List[Handler]
    stay: List[Intent]
    trouble: List[str]


class Undo:
    """Brings back what was there before a run, on *machine*; *say* hears of each step.

    Of a unit that is not among those that *ran* nothing is known.
    """

    def __init__(self, machine: Machine, say: Callable[[Event], None], ran: Ran) -> None:
        self._machine = machine
        self._say = say
        self._ran = ran

    def of(
        self,
        intents: Sequence[Intent],
        acted: Sequence[Handler],
        debts: Sequence[Handler],
        carried: Sequence[Handler] = (),
    ) -> Undone:
        """Take *intents* back, last first.

        Of the handlers that they notified, those that have *acted* act once more; the others of the *debts* are
        owed no longer, unless a step that stays notified them too, or an earlier run, which left those *carried*.
        """
        back = self.back(intents)
        taken_back, stay = back.taken_back, back.stay
        failed = self._act_again(_lasting(handler for handler in taken_back if handler in acted))
        kept = [*notified_by(stay), *carried]
        owed = [debt for debt in debts if (debt not in taken_back or debt in kept) and debt not in failed]
        done = [intent.step for intent in stay[::-1] if intent.lasting or intent.resource.lasts]
        done += [handler.name for handler in acted if handler.action.lasts]
        trouble = "; ".join([*back.trouble, *self._down()])
        return Undone((*_lasting(owed), *failed), trouble, tuple(done), tuple(stay))

    def back(self, intents: Sequence[Intent]) -> Back:
        """Take *intents* back, last first; no handler acts."""
        back: List[Intent] = []
        stay: List[Intent] = []
        trouble: List[str] = []
        for intent in reversed(intents):
            if intent.lasting or not intent.resource.brings_back(self._machine, intent.before):
                stay.append(intent)
                continue
            back.append(intent)
            reason = self._take_back(intent)
            if reason:
                trouble.append("%s: %s" % (intent.step, reason))
        return Back(notified_by(reversed(back)), stay, trouble)

    def _take_back(self, intent: Intent) -> str:
        """Why it could not be; empty when it could."""
        reason = ""
        try:
            now = intent.resource.inspect(self._machine)
            back = Change(now, intent.before)
            if not back:
                return ""
            intent.resource.apply(self._machine, back)
            left = Change(intent.resource.inspect(self._machine), intent.before)
            # Of several directories those stay that hold something by now.
            if left and intent.resource.brings_back(self._machine, intent.before):
                reason = "still differs in %s" % ", ".join(left.keys or ("existence",))
        except FAILURES as error:
            reason = reason_of(error)
        self._say(StepUndone(intent.role, intent.step, reason))
        return reason

    def _act_again(self, handlers: Sequence[Handler]) -> List[Handler]:
        """Those of *handlers* that failed twice: what one of them lacks another may give back, such as a port."""
        failures = self._try_each(handlers)
        if len(failures) < len(handlers):
            failures = self._try_each([handler for handler, _ in failures])
        for handler, reason in failures:
            self._say(Note("%s: %s failed after undoing: %s" % (handler.role, handler.name, reason)))
        return [handler for handler, _ in failures]

    def _try_each(self, handlers: Sequence[Handler]) -> Failures:
        failures: Failures = []
        for handler in handlers:
            try:
                handler.action.run_again(self._machine, self._ran.get(handler.action.acts_upon(), True))
            except FAILURES as error:
                failures.append((handler, reason_of(error)))
        return failures

    def _down(self) -> List[str]:
        """What ran and does not any more, started once more in vain."""
        return [
            "%s does not run any more" % unit
            for unit, ran in self._ran.items()
            if ran and not self._comes_up(unit)
        ]

    def _comes_up(self, unit: str) -> bool:
        """Whether it runs, if need be by a new start."""
        if self._machine.units.is_up(unit):
            return True
        try:
            self._machine.units.start([unit])
        except FAILURES:
            return False
        return True


def notified_by(intents: Iterable[Intent]) -> List[Handler]:
    """The handlers of *intents*, each once."""
    found: List[Handler] = []
    for intent in intents:
        found += [handler for handler in intent.handlers if handler not in found]
    return found


def _lasting(handlers: Iterable[Handler]) -> List[Handler]:
    """Those that stay owed when their run fails."""
    return [handler for handler in handlers if handler.action.survives_failure]
