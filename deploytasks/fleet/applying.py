"""Carrying out roles on hosts, and asking hosts questions: the library's verbs."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from deploytasks.agent.engine.types import imported_types
from deploytasks.agent.release.request import Converge, Request
from deploytasks.fleet.batches import MaxFail, in_batches
from deploytasks.fleet.fleet import go_in_step
from deploytasks.fleet.manner import Manner
from deploytasks.fleet.order import Order
from deploytasks.fleet.ready_hosts import GIVEN, ready_hosts
from deploytasks.fleet.results import Results
from deploytasks.fleet.run import Run
from deploytasks.planning.answered import answered
from deploytasks.planning.plan import plan_for
from deploytasks.planning.standard import may_share, no_roles
from deploytasks.report import DONE, WOULD, reporter_of_program

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deploytasks.agent.release.request import Question
    from deploytasks.fleet.manner import PlanOf, RolesOf
    from deploytasks.inventory import Host
    from deploytasks.planning.role import Role
    from deploytasks.report import Reporter


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
    roles = _with_those_ahead(manner.ahead, roles)
    known = answered([*servers, *chosen], roles, manner.secrets)
    servers, chosen = known[: len(servers)], known[len(servers) :]
    alone = ready_hosts(servers, roles, {}, with_projects=False)
    run = Run([*alone, *ready_hosts(chosen, roles, {}, reading=manner.reading())], manner)
    return _carried_out(run, Converge(imported_types()), lambda host: plan_for(host, roles(host), run.now))


def _with_those_ahead(ahead: RolesOf, roles: RolesOf) -> RolesOf:
    return roles if ahead is no_roles else lambda host: [*ahead(host), *roles(host)]


def carry_out(
    hosts: Iterable[Host], roles: RolesOf, question: Question, plan_of: PlanOf, manner: Manner
) -> Results:
    """Put *question* to all *hosts*, and have them carry out the plans of *plan_of*, which need no source."""
    known = answered(hosts, no_roles, manner.secrets)
    run = Run(ready_hosts(known, roles, {}, with_projects=False), manner)
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
    known = answered([host], roles, manner.secrets)
    run = Run(ready_hosts(known, roles, {}, reading=manner.reading()), replace(manner, check=True))
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
    known = answered(hosts, no_roles, manner.secrets)
    with Run(ready_hosts(known, roles, {}, with_projects=False), manner) as run:
        run.ask(question)
    return run.results
