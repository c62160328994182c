"""Carrying out a plan: the only place that knows check mode, convergence, debts and undo.

A step is inspected, applied when it differs, and inspected again: what has not converged has
failed. Each change is announced in the journal before it happens. When a step fails before the
release is committed, everything reversible is brought back (``undo.py``).
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Callable, Dict, Iterable, List, Optional, Sequence, Set, Tuple

from deploytasks.agent.engine.attempts import FINAL, attempted
from deploytasks.agent.engine.changed import Changed
from deploytasks.agent.engine.diff import diff_of
from deploytasks.agent.engine.events import Ended, Event, Note, Outcome, StepDone, StepStarted
from deploytasks.agent.engine.format import require_known
from deploytasks.agent.engine.gate import Gate, OpenGate
from deploytasks.agent.engine.journal import Intent, Journal
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.engine.plan import Handler, Plan, Step
from deploytasks.agent.engine.resource import Change, Resource
from deploytasks.agent.engine.shipped import import_shipped, shipped_sources
from deploytasks.agent.engine.undo import Undo, Undone, notified_by
from deploytasks.agent.errors import FAILURES, CannotUndo, Failed, HeldBack, StepError, reason_of

if TYPE_CHECKING:
    from deploytasks.agent.engine.comparison import Comparison

Say = Callable[[Event], None]
CUT_SHORT = "cut short"
OWED = "owed since a run that failed"


class Engine:
    """One run of a plan on *machine*."""

    def __init__(self, machine: Machine, journal: Journal, say: Say, check: bool = False) -> None:
        self._machine = machine
        self._journal = journal
        self._say = say
        self._check = check
        self._counts: Dict[Outcome, int] = dict.fromkeys(Outcome, 0)
        self._debts: List[Handler] = []
        self._carried: Tuple[Handler, ...] = ()
        self._to_come: Dict[str, int] = {}
        self._acted: List[Handler] = []
        self._made: List[Intent] = []
        self._changed = Changed()
        self._committed = False
        self._names: Set[str] = set()
        self._ran: Dict[str, bool] = {}
        self._gate: Gate = OpenGate()
        self._comparison: Optional[Comparison] = None

    def recover(self) -> None:
        """Finish with an earlier run that was cut short: undo what it had not committed."""
        about = self._journal.begun or {}
        require_known(about, "the journal of the last %s" % about.get("command", "run"))
        try:
            self._debts = lasting_debts(self._journal)
            intents = self._journal.intents() if self._journal.was_cut else []
        except FAILURES as error:
            raise CannotUndo(
                "the journal of the last %s cannot be understood: %s\nlook at %s, put this host right, and delete it"
                % (about.get("command", "run"), reason_of(error), self._journal.path)
            ) from error
        if not self._journal.was_cut:
            return
        if self._journal.committed:
            self._note(
                "the last %s was cut short after its release stood; going on" % about.get("command", "run")
            )
            self._end_of_cut_run(Outcome.CHANGED, intents)
            return
        self._note("the last %s was cut short; undoing what it had begun" % about.get("command", "run"))
        undone = self._undo(intents, acted=notified_by(intents))
        if undone.trouble:
            raise CannotUndo("what an earlier run left could not be undone: %s" % undone.trouble)
        self._end_of_cut_run(Outcome.FAILED, undone.stand)

    def _end_of_cut_run(self, outcome: Outcome, stand: Iterable[Intent]) -> None:
        changed = [*self._journal.changed, *((intent.role, intent.step) for intent in stand)]
        ended = {"outcome": outcome.value, "error": CUT_SHORT, "put_back": True}
        self._journal.end(ended, self._debts, changed)

    def look_at(self, plan: Plan) -> None:
        """What runs of all that *plan* is about is looked at once, and holds until something is changed."""
        names = {unit for step in plan.steps for unit in step.resource.surveyed()}
        if names != self._names:
            self._names = names
            self._look()

    def carry_out(
        self,
        plan: Plan,
        about: Optional[Dict[str, object]] = None,
        gate: Optional[Gate] = None,
        comparison: Optional[Comparison] = None,
    ) -> Ended:
        """Converge the machine to *plan* and say how it went; never raises for a step's failure.

        Where *gate* is shut it waits for other hosts. A check with a *comparison* is one with what serves.
        """
        started = time.monotonic()
        self._comparison = comparison
        self._gate = gate or OpenGate()
        if self._check:
            self._tell_debts(plan)
        self._debts = self._in_present_form(self._debts, plan)
        self._carried = tuple(self._debts)
        self._to_come = Counter(step.role for step in plan.steps if not step.phase.commits)
        self._changed = Changed(self._journal.changed)
        if not self._check:
            kept = {**(about or {}), "release": plan.release, "modules": shipped_sources(plan)}
            self._journal.begin(kept, self._debts, self._journal.changed)
        for step in plan.skipped:
            self._tell(step, Outcome.SKIPPED, 0.0)
        self.look_at(plan)
        if not self._check:
            self._owe(self._carried)
        try:
            self._await_leaving(plan)
            for phase in Phase:
                self._enter(phase)
                self._carry_out_phase(plan.steps_of(phase))
            ended = self._ended(Outcome.CHANGED if self._counts[Outcome.CHANGED] else Outcome.OK)
        except Failed as failed:
            ended = self._fail(failed)
        return self._close(plan, ended, started)

    def _tell_debts(self, plan: Plan) -> None:
        """Say what a run would carry out because an earlier one did not."""
        # A journal that cannot be understood stops the run that would change something.
        with suppress(*FAILURES):
            for debt in self._in_present_form(lasting_debts(self._journal), plan):
                self._count(Outcome.CHANGED)
                self._say(StepDone(debt.role, debt.name, Outcome.CHANGED, diff=OWED))

    def _in_present_form(self, debts: Sequence[Handler], plan: Plan) -> List[Handler]:
        """What is owed is *plan*'s: a debt acts as the plan has it; one that a whole plan lacks is told and dropped."""
        present = {(handler.role, handler.name): handler for step in plan.steps for handler in step.handlers}
        whole = {step.role for step in plan.steps} if plan.whole else set()
        found: List[Handler] = []
        for debt in debts:
            gone = (plan.whole and bool(plan.release)) or debt.role in whole
            now = present.get((debt.role, debt.name), None if gone else debt)
            if now is None:
                told = "would be owed no more" if self._check else "is owed no more"
                self._note("%s: %s %s: nothing is called so now" % (debt.role, debt.name, told))
            elif now not in found:
                found.append(now)
        return found

    def _await_leaving(self, plan: Plan) -> None:
        """What an earlier run told to stop has stopped: what follows may start it again, or remove it."""
        if self._check or not self._names:
            return
        started = time.monotonic()
        try:
            if self._machine.units.let_leave(sorted(self._names)):
                self._look()
        except FAILURES as error:
            waiting = next(step for step in plan.steps if step.resource.surveyed())
            elapsed_s = time.monotonic() - started
            raise Failed(waiting.role, "wait for the old instance's end", error, elapsed_s) from error

    def _enter(self, phase: Phase) -> None:
        self._machine.stoppable = phase.needs_controller
        if phase.commits and not self._check:
            self._journal.commit()
            self._committed = True

    def _carry_out_phase(self, steps: Sequence[Step]) -> None:
        for role, block in groupby(steps, key=lambda step: step.role):
            for step in block:
                self._take(step)
                self._to_come[role] -= 1
            self._run_handlers(role)

    def _take(self, step: Step) -> None:
        started, begun = time.monotonic(), len(self._made)
        if not self._changed.call_for(step):
            self._tell(step, Outcome.SKIPPED, 0.0)
            return
        try:
            resource, change = attempted(self._machine, step, lambda: self._attempt(step))
        except Failed:
            raise
        except FAILURES as error:
            failed = Failed(step.role, step.name, error, time.monotonic() - started)
            if not step.ignore_failure or isinstance(error, FINAL):
                raise failed from error
            self._let_be(step, failed, self._made[begun:])
            return
        changed = bool(change) or len(self._made) > begun
        if changed:
            self._changed.add(step)
        outcome = Outcome.CHANGED if changed else Outcome.OK
        self._tell(step, outcome, time.monotonic() - started, self._diff(step, resource, change))

    def _attempt(self, step: Step) -> Tuple[Resource, Change]:
        """What was looked at, and how it differed from what it is now, if it is to be changed."""
        self._machine.heed_stop()
        resource = self._comparison.in_place(step.resource) if self._comparison else step.resource
        change = Change(resource.inspect(self._machine), resource.desired())
        if change and not self._check:
            self._pass_into(step)
            self._say(StepStarted(step.role, step.name))
            self._converge(step, change)
        return resource, change

    def _let_be(self, step: Step, failed: Failed, begun: Sequence[Intent]) -> None:
        """The run goes on without *step*, and without what it had *begun*."""
        self._note("%s: %s failed: %s" % (step.role, step.name, failed.reason))
        for trouble in Undo(self._machine, self._say, self._ran).back(begun).trouble:
            self._note("%s could not be put back: %s" % (step.role, trouble))
        self._look()
        self._count(Outcome.SKIPPED)
        reason = "it failed, which is let be (%s): %s" % (step.ignore_failure, failed.reason)
        self._say(
            StepDone(step.role, step.name, Outcome.SKIPPED, failed.elapsed_s, "", reason, failed.output)
        )

    def _diff(self, step: Step, resource: Resource, change: Change) -> str:
        if not change:
            return ""
        explained = self._comparison.explained(step, resource, change) if self._comparison else None
        return diff_of(change, step.sensitive) if explained is None else explained

    def _pass_into(self, step: Step) -> None:
        started = time.monotonic()
        try:
            self._gate.pass_into(step.phase)
        except FAILURES as error:
            raise Failed(step.role, "wait for the other hosts", error, time.monotonic() - started) from error

    def _converge(self, step: Step, change: Change) -> None:
        number = self._journal.intend(step, change.before)
        self._made.append(Intent.of(step, change.before))
        self._owe(step.handlers)
        self._machine.units.look_anew()
        step.resource.apply(self._machine, change)
        left = Change(step.resource.inspect(self._machine), step.resource.desired())
        if left:
            raise StepError("it still differs after the change", diff_of(left, step.sensitive))
        self._journal.done(number)
        self._look()

    def _owe(self, handlers: Iterable[Handler]) -> None:
        """*handlers* are to act later; what they will act upon has to run afterwards if it runs now."""
        for handler in handlers:
            unit = handler.action.acts_upon()
            if unit and unit not in self._ran:
                self._ran[unit] = self._machine.units.is_up(unit)
            if handler not in self._debts:
                self._debts.append(handler)

    def _run_handlers(self, role: str) -> None:
        for handler in [debt for debt in self._debts if debt.role == role]:
            if handler.of_fleet and not self._gate.leads:
                self._leave_to_leader(handler)
            elif not self._run_handler(handler):
                continue
            self._debts.remove(handler)

    def _leave_to_leader(self, handler: Handler) -> None:
        self._journal.ran(handler)
        self._count(Outcome.SKIPPED)
        self._say(StepDone(handler.role, handler.name, Outcome.SKIPPED))

    def _run_handler(self, handler: Handler) -> bool:
        """Whether it has acted; one that an earlier run left may fail until all of its role is as it shall be."""
        started = time.monotonic()
        self._say(StepStarted(handler.role, handler.name))
        self._acted.append(handler)
        self._machine.units.look_anew()
        try:
            handler.action.run(self._machine)
        except FAILURES as error:
            if handler in self._carried and self._to_come[handler.role]:
                self._note("%s: %s fails still: %s" % (handler.role, handler.name, reason_of(error)))
                return False
            raise Failed(handler.role, handler.name, error, time.monotonic() - started) from error
        self._journal.ran(handler)
        self._look()
        self._count(Outcome.CHANGED)
        self._say(StepDone(handler.role, handler.name, Outcome.CHANGED, _since(started)))
        return True

    def _look(self) -> None:
        """The same after a change."""
        self._machine.units.look_at(self._names)

    def _fail(self, failed: Failed) -> Ended:
        self._machine.units.look_anew()
        self._count(Outcome.FAILED)
        reason, output = failed.reason, failed.output
        if not isinstance(failed.error, HeldBack):
            self._say(
                StepDone(failed.role, failed.step, Outcome.FAILED, failed.elapsed_s, "", reason, output)
            )
        ended = self._ended(Outcome.FAILED, reason, "%s: %s" % (failed.role, failed.step), output)
        if self._check:
            return ended
        if self._committed:
            return ended.but(put_back=False)
        self._machine.stoppable = False
        undone = self._undo(self._made, acted=self._acted)
        stand = {(intent.role, intent.step) for intent in undone.stand}
        gone = {(intent.role, intent.step) for intent in self._made} - stand
        self._changed = Changed(self._changed.without(gone))
        ended = ended.but(stays=undone.stays)
        if undone.trouble:
            told = "%s\nwhat could not be put back: %s" % (reason, undone.trouble)
            return ended.but(put_back=False, error=told)
        if not isinstance(failed.error, HeldBack):
            return ended
        back = "%s; this host serves what it served before" % reason
        return Ended(Outcome.OK, ok=ended.ok, skipped=ended.skipped, error=back)

    def _undo(self, intents: Sequence[Intent], acted: Sequence[Handler]) -> Undone:
        undone = Undo(self._machine, self._say, self._ran).of(intents, acted, self._debts, self._carried)
        self._debts = list(undone.owed)
        return undone

    def _close(self, plan: Plan, ended: Ended, started: float) -> Ended:
        self._machine.units.look_anew()
        ended = ended.but(elapsed_s=_since(started))
        if not self._check:
            kept = {
                "outcome": ended.outcome.value,
                "error": ended.error,
                "step": ended.step,
                "put_back": ended.put_back,
            }
            failed = ended.outcome is Outcome.FAILED or bool(ended.error)
            self._journal.end(
                kept, self._debts, self._changed.without(()) if failed else self._changed.beyond(plan)
            )
        return ended

    def _ended(
        self, outcome: Outcome, error: Optional[str] = None, step: str = "", output: str = ""
    ) -> Ended:
        count = self._counts
        return Ended(
            outcome=outcome,
            ok=count[Outcome.OK],
            changed=count[Outcome.CHANGED],
            failed=count[Outcome.FAILED],
            skipped=count[Outcome.SKIPPED],
            error=error,
            step=step,
            output=output,
        )

    def _tell(self, step: Step, outcome: Outcome, elapsed_s: float, diff: str = "") -> None:
        self._count(outcome)
        self._say(StepDone(step.role, step.name, outcome, round(elapsed_s, 4), diff))

    def _count(self, outcome: Outcome) -> None:
        self._counts[outcome] += 1

    def _note(self, text: str) -> None:
        self._say(Note(text))


def _since(started: float) -> float:
    return round(time.monotonic() - started, 4)


def lasting_debts(journal: Journal) -> List[Handler]:
    """What earlier runs owe still, of types of one's own as well; raises whatever a damaged journal leads to."""
    import_shipped((journal.begun or {}).get("modules", {}))
    return [debt for debt in journal.owed() if debt.action.survives_failure]
