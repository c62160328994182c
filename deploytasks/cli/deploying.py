"""The tasks about what runs, and is to run: deploy, check, verify, setup, rollback, prune."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from deploytasks.agent.regex import regex
from deploytasks.cli.url import url_of
from deploytasks.errors import ConfigError
from deploytasks.fleet.applying import ask, converge
from deploytasks.fleet.manner import Manner, whole
from deploytasks.fleet.run import CHANGES_PENDING
from deploytasks.planning.heard import heard
from deploytasks.planning.plan import Phase, narrowed, plan_for
from deploytasks.planning.role import role_name
from deploytasks.planning.standard import app_alone, machine_roles, roles_of_setup, standard_roles
from deploytasks.report import DIFFERS, DONE, WOULD
from deploytasks.spelling import did_you_mean

if TYPE_CHECKING:
    from deploytasks.agent.engine.plan import Plan, Step
    from deploytasks.cli.chosen import Chosen
    from deploytasks.fleet.results import Results
    from deploytasks.inventory import Host

Words = frozenset[str]
MOST_URLS = 3
RELEASE = regex(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{7}")


def deploy_to(
    chosen: Chosen,
    check: bool = False,
    diff: bool = False,
    serial: str = "",
    max_fail: str = "",
    lock_wait: float = 0,
    tags: str = "",
    skip_tags: str = "",
) -> int:
    """Deploy to the chosen hosts; returns the exit code."""
    kept, dropped = _words(tags), _words(skip_tags)
    _require_known(chosen, kept | dropped)
    manner = chosen.manner(
        "check" if check else "deploy",
        check=check,
        diff=diff,
        serial=tuple(filter(None, serial.split(","))),
        max_fail=max_fail or None,
        lock_wait_s=lock_wait,
        narrow=_by_tags(kept, dropped) if kept or dropped else whole,
        reporter=chosen.reporter(show_diff=diff or check, mood=WOULD if check else DONE),
    )
    results = converge(chosen.hosts, standard_roles, {}, manner)
    if not check and not chosen.json and results.exit_code == 0:
        _tell_urls(chosen.hosts)
    return code_of(results, manner)


def _tell_urls(hosts: Iterable[Host]) -> None:
    urls = [*dict.fromkeys(filter(None, map(url_of, hosts)))]
    if urls:
        more = f" and {len(urls) - MOST_URLS} more" if len(urls) > MOST_URLS else ""
        print(f"serves at {', '.join(urls[:MOST_URLS])}{more}")


def verify_hosts(chosen: Chosen, diff: bool = False) -> int:
    """Compare hosts with their own records; returns the exit code."""
    from deploytasks.agent.release.questions import Verify

    reporter = chosen.reporter(show_diff=True, mood=DIFFERS)
    manner = chosen.manner("verify", check=True, diff=diff, reporter=reporter)
    return code_of(ask(chosen.hosts, app_alone, Verify(), manner), manner)


def set_up(chosen: Chosen, lock_wait: float) -> int:
    """Carry out the steps that provision the hosts, the machines themselves first, and no others."""
    manner = chosen.manner(
        "setup",
        lock_wait_s=lock_wait,
        narrow=_provisioning,
        ahead=machine_roles,
        reporter=chosen.reporter(),
    )
    return code_of(converge(chosen.hosts, roles_of_setup, {}, manner), manner)


def roll_back(chosen: Chosen, to: str, lock_wait: float) -> int:
    """Back to *to*, or to the release before the current one."""
    if to and not RELEASE.fullmatch(to):
        raise ConfigError(f"--to {to!r}: no release is called that; inv releases lists those that are there")
    from deploytasks.agent.release.questions import Rollback

    manner = chosen.manner("rollback", lock_wait_s=lock_wait, reporter=chosen.reporter())
    return code_of(ask(chosen.hosts, app_alone, Rollback(to), manner), manner)


def prune_hosts(chosen: Chosen, yes: bool, lock_wait: float) -> int:
    """Remove what no rollback needs, or tell what that is."""
    from deploytasks.agent.release.questions import Prune

    reporter = chosen.reporter(show_diff=not yes, mood=DONE if yes else WOULD)
    manner = chosen.manner("prune", check=not yes, lock_wait_s=lock_wait, reporter=reporter)
    return code_of(ask(chosen.hosts, app_alone, Prune(), manner), manner)


def code_of(results: Results, manner: Manner) -> int:
    """The results' code, or 3 when a check found differences and nothing worse."""
    return results.exit_code or CHANGES_PENDING * (manner.check and results.changed)


def _provisioning(plan: Plan) -> Plan:
    return narrowed(plan, lambda step: step.phase is Phase.PROVISION)


def _by_tags(tags: Words, skipped: Words) -> Callable[[Plan], Plan]:
    """Keep the steps that one of *tags* names (all when none), but those that *skipped* names."""

    def narrow(plan: Plan) -> Plan:
        return narrowed(
            plan, lambda step: (not tags or _is_named(step, tags)) and not _is_named(step, skipped)
        )

    return narrow


def _is_named(step: Step, tags: Words) -> bool:
    """A step goes by its role and by its own tags."""
    return not tags.isdisjoint((step.role, *step.tags))


def _require_known(chosen: Chosen, tags: Words) -> None:
    """Raise ``ConfigError`` when nothing on the chosen hosts goes by one of *tags*."""
    known = (
        {role_name(role) for host in chosen.hosts for role in standard_roles(heard(host))} if tags else set()
    )
    if tags - known:
        known |= {tag for host in chosen.hosts for tag in _tags_of(host)}
    for tag in sorted(tags - known):
        hint = did_you_mean(tag, sorted(known))
        raise ConfigError(
            f"no role here is called {tag}{hint}; tags are the names of roles, and what their steps say"
        )


def _tags_of(host: Host) -> Iterator[str]:
    """Those of the steps of *host*, as far as they can be told before it is asked anything."""
    with suppress(ConfigError):
        plan = plan_for(host, standard_roles(heard(host)))
        yield from (tag for step in (*plan.steps, *plan.skipped) for tag in step.tags)


def _words(text: str) -> Words:
    return frozenset(word.strip() for word in text.split(",") if word.strip())
