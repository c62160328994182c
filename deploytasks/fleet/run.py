"""Carrying out roles on hosts, and asking hosts questions: the library's verbs."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from datetime import datetime, timezone
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from deploytasks.agent.engine.types import imported_types
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.request import Converge, Request
from deploytasks.delivery.contents import Contents
from deploytasks.delivery.shipping import shipped_modules
from deploytasks.errors import ConfigError
from deploytasks.fleet.batches import MaxFail, in_batches
from deploytasks.fleet.crew import Crew
from deploytasks.fleet.fleet import Fleet, go_in_step
from deploytasks.fleet.heartbeat import Heartbeat
from deploytasks.fleet.order import Order
from deploytasks.fleet.results import INTERRUPTED, Results
from deploytasks.here import aside, expanded, performer
from deploytasks.inventory import Origin, check_key_files
from deploytasks.planning.heard import heard
from deploytasks.planning.left_out import left_out
from deploytasks.planning.limits import contradictions
from deploytasks.planning.own_files import secrets_among
from deploytasks.planning.plan import made_ready, plan_for, with_app
from deploytasks.planning.project import Project, origin_of
from deploytasks.planning.role import vars_of
from deploytasks.planning.standard import app_alone, may_share
from deploytasks.planning.unclaimed import unclaimed
from deploytasks.report import DONE, WOULD, QuietReporter, Reading, Recap, reporter_of_program, unseen
from deploytasks.transport import import_transports, transport_for
from deploytasks.verbs import verb

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from typing_extensions import Self

    from deploytasks.agent.engine.plan import Plan
    from deploytasks.agent.release.request import Question
    from deploytasks.delivery.local_image import LocalImage
    from deploytasks.fleet.visit import CommandStreams, Visit, WayTo
    from deploytasks.inventory import Host
    from deploytasks.planning.role import Role
    from deploytasks.report import Reporter
    from deploytasks.transport import AskPassword

    RolesOf = Callable[[Host], Sequence[Role]]
    PlanOf = Callable[[Host], Plan]

CHANGES_PENDING = 3
LARGE_BYTES = 50_000_000
"""A source with more is looked through for what a tool has made."""
PROVISIONING_ALONE = (
    "provisioning alone: a release is made of all its roles or not at all, and some are left out"
)
GIVEN = Origin("vars", None, "extra-vars")


def nobody_to_ask(prompt: str) -> str | None:
    """There is no person who could type a password."""
    del prompt
    return None


def whole(plan: Plan) -> Plan:
    """All of *plan*."""
    return plan


@frozen
class Manner:
    """How a run goes about it: the same for every command.

    *forks* hosts are worked on at a time. *check* changes nothing, and with *diff* tells
    how the lines of files differ. *lock_wait_s* seconds are
    waited for somebody else's deploy. *serial* are batch sizes (``1``, ``"25%"``); more than
    *max_fail* failed hosts of all (a number or ``"25%"``) stop the run. *narrow* drops steps from a plan.
    *streams* are those of a command that is run on one host. *way_to* is how a host is reached. *reading* tells how
    far the reading of sources is.
    """

    command: str = "deploy"
    check: bool = False
    diff: bool = False
    forks: int = 10
    serial: Sequence[int | str] = ()
    max_fail: int | str | None = None
    lock_wait_s: float = 0
    by: Callable[[], str] = field(default_factory=partial(aside, performer))
    reporter: Reporter = field(default_factory=QuietReporter)
    ask_password: AskPassword = nobody_to_ask
    streams: CommandStreams | None = None
    way_to: WayTo = transport_for
    reading: Callable[[], Reading] = unseen
    narrow: Callable[[Plan], Plan] = whole


def apply(
    hosts: Iterable[Host],
    roles: Sequence[Role],
    vars: Mapping[str, Any] | None = None,  # noqa: A002 - the word of the field
    *,
    check: bool = False,
    serial: int | str | Sequence[int | str] = (),
    max_fail: int | str | None = None,
    forks: int = 10,
    lock_wait_s: float = 0,
    reporter: Reporter | None = None,
) -> Results:
    """Converge *hosts* to what *roles* say.

    *vars* are over the variables of every host.

    On a terminal the run is shown, unless there is a *reporter*, such as ``QuietReporter()``.
    Never raises for a host's failure: see ``Results.raise_for_failures``. Raises ``ConfigError``
    before anything is contacted, or before anything is touched, when a plan cannot be made.
    """
    batches = (serial,) if isinstance(serial, (int, str)) else serial
    manner = Manner(
        check=check,
        serial=batches,
        max_fail=max_fail,
        forks=forks,
        lock_wait_s=lock_wait_s,
        reporter=reporter or reporter_of_program(sys.stdout, os.environ, WOULD if check else DONE),
    )
    return converge(hosts, lambda _: roles, vars or {}, manner)


def converge(hosts: Iterable[Host], roles: RolesOf, given: Mapping[str, Any], manner: Manner) -> Results:
    """``apply`` in the given *manner*."""
    chosen = [host.with_variables(given, GIVEN) if given else host for host in hosts]
    servers: list[Host] = []
    if may_share(chosen):
        from deploytasks.fleet.servers import with_servers

        chosen, servers, roles = with_servers(chosen, roles)
    alone = ready_hosts(servers, roles, {}, with_projects=False)
    run = Run([*alone, *ready_hosts(chosen, roles, {}, reading=manner.reading())], manner)
    return _carried_out(run, Converge(imported_types()), lambda host: plan_for(host, roles(host), run.now))


def carry_out(
    hosts: Iterable[Host], roles: RolesOf, question: Question, plan_of: PlanOf, manner: Manner
) -> Results:
    """Put *question* to all *hosts*, and have them carry out the plans of *plan_of*, which need no source."""
    run = Run(ready_hosts(hosts, roles, {}, with_projects=False), manner)
    return _carried_out(run, question, plan_of)


def _carried_out(run: Run, question: Question, plan_of: PlanOf) -> Results:
    manner = run.manner
    max_fail = MaxFail.of(manner.max_fail, len(run.crew.visits))
    batches = list(in_batches(run.crew.visits, manner.serial))
    with run:
        rehearsal = run.rehearse(plan_of)
        run.ask(question)
        rehearsal.join()
        orders = run.orders_for(plan_of)
        if isinstance(question, Converge) and may_share([visit.host for visit in run.crew.visits]):
            from deploytasks.fleet.servers import servers_first

            order_of = partial(run.order, plan_of=plan_of)
            orders = servers_first(run.crew, run.fleets, orders, order_of, checks=manner.check)
        for batch in batches:
            if run.crew.interrupted or max_fail.is_passed_by(run.crew.visits):
                break
            waiting = [visit for visit in batch if visit.host.name in orders]
            run.crew.each(lambda visit: orders[visit.host.name].give_to(visit), waiting)
            go_in_step(run.fleets, run.crew, max_fail)
        run.crew.each(lambda visit: visit.dismiss())
    return run.results


def order_for(host: Host, roles: RolesOf, manner: Manner) -> tuple[Results, Request, Order | None]:
    """What *host* would be told now, and how a conversation about that would begin; nothing there is changed.

    The order is for the host as it is now. None comes from a host that does not answer; the results say why.
    """
    run = Run(ready_hosts([host], roles, {}, reading=manner.reading()), replace(manner, check=True))
    with run:
        run.ask(Converge(imported_types()))
        run.manner = manner
        orders = run.orders_for(lambda known: plan_for(known, roles(known), run.now))
        run.crew.each(lambda visit: visit.dismiss(why=""))
    (visit,) = run.crew.visits
    order = orders.get(host.name)
    if order and visit.facts:
        order = replace(order, document={**order.document, "made_on": visit.facts.current or None})
    return run.results, run.request(visit.host, Converge()), order


def ask(hosts: Iterable[Host], roles: RolesOf, question: Question, manner: Manner) -> Results:
    """Put *question*, which needs no plan, to all *hosts*; see ``Results.answers``."""
    with Run(ready_hosts(hosts, roles, {}, with_projects=False), manner) as run:
        run.ask(question)
    return run.results


def ready_hosts(
    hosts: Iterable[Host],
    roles: RolesOf,
    given: Mapping[str, Any],
    *,
    with_projects: bool = True,
    reading: Reading | None = None,
) -> list[Host]:
    """*hosts* with their apps and sources; nothing is contacted.

    Raises one ``ConfigError`` for all that is wrong. *reading* is told how far it is.
    """
    ready, problems = [], []
    chosen = [host.with_variables(given, GIVEN) if given else host for host in hosts]
    check_key_files(chosen)
    reading = reading or unseen()
    read, build = cache(partial(Project.read, tell=reading.tell)), cache(_build)
    for host in chosen:
        try:
            ready.append(_ready(host, roles, read, build) if with_projects else with_app(host, roles(host)))
        except ConfigError as error:
            problems += [error]
        finally:
            reading.end()
    if problems:
        lines = dict.fromkeys(line for problem in problems for line in str(problem).splitlines())
        raise type(problems[0])("\n".join(lines))
    return ready


def _build(directory: Path, commands: tuple[str, ...]) -> tuple[str, ...]:
    from deploytasks.planning.build import build

    return build(directory, commands)


def _ready(
    host: Host,
    roles: RolesOf,
    read: Callable[..., Project],
    build: Callable[[Path, tuple[str, ...]], tuple[str, ...]],
) -> Host:
    told = heard(host)
    asked = roles(told)
    deployment = with_app(told, asked).deployment if "app_build" in told.variables else None
    built = build(expanded(deployment.v.source), deployment.v.build) if deployment else ()
    return made_ready(replace(told, notes=(*told.notes, *built, *unclaimed(told, asked))), asked, read)


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
        project = _project_of(host)
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
        project = _project_of(host)
        names = secrets_among(host, project.source.directory) if project else ()
        stays = f"stays here, as this run reads it for itself: {', '.join(names)}"
        thoughts = self._thoughts(host, project) if project and self.manner.check else ()
        of_project = (*project.told, *_unserved(host), *_large(host, project)) if project else ()
        at_odds = contradictions(host)
        moving = tuple(wheel.note for wheel in project.wheels if wheel.note) if project else ()
        notes = (
            ((stays,) if names else ())
            + of_project
            + host.notes
            + moving
            + left_out(host)
            + at_odds
            + thoughts
        )
        for note in notes:
            if note not in self._told:
                self._told.add(note)
                visit.tell(note)

    @staticmethod
    def _thoughts(host: Host, project: Project) -> tuple[str, ...]:
        from deploytasks.planning.cautions import cautions_of

        v, front = host.deployment.v, host.deployment.front
        return cautions_of(project, v.known, v.health_host or front.host)

    def _with_wheels(self, plan: Plan, visit: Visit, own: Mapping[str, Path]) -> tuple[Plan, dict[str, Path]]:
        wants = any(getattr(step.resource, "wheelhouse", False) for step in plan.steps)
        if self.manner.check or visit.facts is None or not wants:
            return plan, {}
        from deploytasks.delivery.wheelhouse import with_wheels

        return with_wheels(plan, visit.facts, own)

    def request(self, host: Host, question: Question) -> Request:
        """How the conversation with *host* about *question* begins."""
        project = _project_of(host)
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


def _project_of(host: Host) -> Project | None:
    """What is in the source of *host*'s app, where that was looked at."""
    return host.deployment.known_project if host.deployment else None


def _unserved(host: Host) -> tuple[str, ...]:
    if "app_static" not in host.variables:
        return ()
    from deploytasks.planning.unserved import unserved

    return unserved(host)


def _large(host: Host, project: Project) -> tuple[str, ...]:
    if project.source.total_bytes <= LARGE_BYTES:
        return ()
    from deploytasks.source.advice.products import large_products

    return tuple(large_products(project.source, host.deployment.v.known if host.deployment else ()))


def _origin(host: Host) -> str:
    """Which project *host*'s app is of."""
    (app,) = app_alone(host)
    return origin_of(vars_of(app, host).source)


def _images(plan: Plan) -> Mapping[str, LocalImage]:
    if not any(hasattr(step.resource, "recipe") for step in plan.steps):
        return {}
    from deploytasks.delivery.local_image import images_of

    return images_of(plan)
