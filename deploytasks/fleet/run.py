"""One run over a crew of hosts, from the first word to the recap."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from deploytasks.agent.release.request import Request
from deploytasks.delivery.contents import Contents
from deploytasks.delivery.shipping import shipped_modules
from deploytasks.errors import ConfigError
from deploytasks.fleet.crew import Crew
from deploytasks.fleet.fleet import Fleet
from deploytasks.fleet.heartbeat import Heartbeat
from deploytasks.fleet.manner import Manner
from deploytasks.fleet.order import Order
from deploytasks.fleet.results import INTERRUPTED, Results
from deploytasks.planning.notes import notes_of, project_of
from deploytasks.planning.project import origin_of
from deploytasks.planning.role import vars_of
from deploytasks.planning.standard import app_alone
from deploytasks.report import Recap
from deploytasks.transport import import_transports
from deploytasks.verbs import verb

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Self

    from deploytasks.agent.engine.plan import Plan
    from deploytasks.agent.release.request import Question
    from deploytasks.delivery.local_image import LocalImage
    from deploytasks.fleet.manner import PlanOf
    from deploytasks.fleet.visit import Visit
    from deploytasks.inventory import Host


CHANGES_PENDING = 3
PROVISIONING_ALONE = (
    "provisioning alone: a release is made of all its roles or not at all, and some are left out"
)


class Run:
    """One run over a crew, told to the reporter from ``begin`` to ``recap``, whatever happens between."""

    def __init__(self, hosts: Sequence[Host], manner: Manner) -> None:
        self.crew = Crew(
            hosts, manner.forks, manner.reporter, manner.ask_password, manner.streams, manner.way_to
        )
        self.results = Results({})
        self.manner = manner
        self._heartbeat = Heartbeat(self.crew.visits)
        self.fleets: list[Fleet] = []
        self._told: set[str] = set()
        self._started = time.monotonic()
        self.now = datetime.now(timezone.utc)

    def __enter__(self) -> Self:
        self.manner.reporter.begin(self.manner.command, [visit.host.name for visit in self.crew.visits])
        self._heartbeat.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        for visit in self.crew.visits:
            if not visit.is_over:
                visit.abandon()
        self._heartbeat.stop()
        self.results = self._results()
        usual = INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
        code = self.exit_code if error is None else getattr(error, "exit_code", usual)
        elapsed_s = round(time.monotonic() - self._started, 3)
        for visit in self.crew.visits:
            visit.close()
        self.manner.reporter.recap(Recap(self.manner.command, code, elapsed_s, self.results.hosts))

    @property
    def exit_code(self) -> int:
        """The results' code, or 3 when a check found differences and nothing worse."""
        return self.results.exit_code or CHANGES_PENDING * (self.manner.check and self.results.changed)

    def ask(self, question: Question) -> None:
        """Connect to all hosts and put *question* to their agents."""
        # Not in the threads of the visits: packages that import in circles break when two begin with them at once.
        import_transports(visit.host for visit in self.crew.visits)
        self.crew.each(lambda visit: visit.start(self.request(visit.host, question)))

    def rehearse(self, plan_of: PlanOf) -> threading.Thread:
        """Render a first plan for nobody: what that imports and compiles is ready when the hosts have answered.

        It begins after the first login: until then there is little to wait for, and both would want the interpreter.
        """
        thread = threading.Thread(target=self._rehearse, args=(plan_of,), daemon=True)
        thread.start()
        return thread

    def _rehearse(self, plan_of: PlanOf) -> None:
        for first in self.crew.visits[:1]:
            first.logged_in.wait()
            with suppress(Exception):  # Whatever is wrong, the plan for the host will tell.
                plan_of(first.host)

    def orders_for(self, plan_of: PlanOf) -> dict[str, Order]:
        """The plans of all hosts that are there; when one cannot be made, nobody is told anything."""
        present = [visit for visit in self.crew.visits if not visit.is_over]
        self.fleets = [] if self.manner.check else Fleet.among(present)
        try:
            return {visit.host.name: self.order(visit, plan_of) for visit in present}
        except ConfigError:
            for visit in present:
                visit.dismiss()
            raise

    def order(self, visit: Visit, plan_of: PlanOf) -> Order:
        """What the host of *visit* is told to be."""
        host = replace(visit.host, facts=visit.facts)
        project = project_of(host)
        own = {wheel.digest: wheel.place for wheel in project.wheels} if project else {}
        whole, wheels = self._with_wheels(plan_of(host), visit, own)
        self._tell_of_source(visit, host)
        plan = self.manner.narrow(whole)
        if whole.release and not plan.release and verb(self.manner.command).releases:
            visit.tell(PROVISIONING_ALONE)
        recording = {
            "by": self.manner.by(),
            "created": self.now.isoformat(timespec="seconds"),
            **({"plan": whole.to_json()} if plan is not whole else {}),
            "source": project.revision if project else "",
            "project": project.origin if project else "",
            "modules": shipped_modules(plan),
        }
        place = next((fleet.place_of(visit, plan) for fleet in self.fleets if visit in fleet.visits), {})
        document = {"plan": plan.to_json(), "recording": recording, "mask": list(plan.secrets), **place}
        source = project.source if project else None
        return Order(document, Contents(source, plan.contents, {**own, **wheels}, _images(plan)))

    def _tell_of_source(self, visit: Visit, host: Host) -> None:
        """Once in a run: which files of the source stay here, and what it says that nobody takes."""
        for note in notes_of(host, check=self.manner.check):
            if note not in self._told:
                self._told.add(note)
                visit.tell(note)

    def _with_wheels(self, plan: Plan, visit: Visit, own: Mapping[str, Path]) -> tuple[Plan, dict[str, Path]]:
        wants = any(getattr(step.resource, "wheelhouse", False) for step in plan.steps)
        if self.manner.check or visit.facts is None or not wants:
            return plan, {}
        from deploytasks.delivery.wheelhouse import with_wheels

        return with_wheels(plan, visit.facts, own)

    def request(self, host: Host, question: Question) -> Request:
        """How the conversation with *host* about *question* begins."""
        project = project_of(host)
        return Request(
            question,
            self.manner.command,
            self.manner.by(),
            project.revision if project else "",
            _origin(host) if question.asked_by_project else "",
            host.deployment.app if host.deployment else None,
            self.manner.check,
            self.manner.diff,
            self.manner.lock_wait_s,
        )

    def _results(self) -> Results:
        recaps = {visit.host.name: visit.recap for visit in self.crew.visits if visit.recap}
        errors = {visit.host.name: visit.error for visit in self.crew.visits if visit.error}
        answers = {visit.host.name: visit.answer for visit in self.crew.visits if visit.answer is not None}
        answered_at = {visit.host.name: visit.answered_at for visit in self.crew.visits}
        return Results(recaps, errors, answers, self.crew.interrupted, answered_at)


def _origin(host: Host) -> str:
    """Which project *host*'s app is of."""
    (app,) = app_alone(host)
    return origin_of(vars_of(app, host).source)


def _images(plan: Plan) -> Mapping[str, LocalImage]:
    if not any(hasattr(step.resource, "recipe") for step in plan.steps):
        return {}
    from deploytasks.delivery.local_image import images_of

    return images_of(plan)
