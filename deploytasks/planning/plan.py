"""Roles and a host make a plan: pure, nothing is contacted."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.engine.plan import Handler, Plan, Step
from deploytasks.agent.engine.resource import describe
from deploytasks.agent.files.directory import Directory
from deploytasks.agent.files.file import File
from deploytasks.agent.release.facts import Facts
from deploytasks.agent.release.recorded_plan import RecordedPlan
from deploytasks.errors import PlanError
from deploytasks.here import expanded
from deploytasks.planning.authoring import require_role, steps_of
from deploytasks.planning.deployment import Deployment, deployment_among
from deploytasks.planning.env_file import read_env_file
from deploytasks.planning.own_files import own_files
from deploytasks.planning.project import Project
from deploytasks.planning.role import Role, checked_vars, role_name, secrets_of
from deploytasks.planning.wanted_parts import has_own_command
from deploytasks.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from deploytasks.agent.engine.resource import Resource
    from deploytasks.agent.release.layout import App, Release
    from deploytasks.inventory import Host

LARGE = 8192
"""Characters of JSON: what is larger is sent only to hosts that lack it."""

DRAFT = "release"
"""Stands for the release's name while the digest that becomes part of the name is computed."""


def plan_for(host: Host, roles: Sequence[Role], now: datetime | None = None) -> Plan:
    """The steps of *roles* on *host*, in the order of phases.

    A plan whose digest is that of the release that serves keeps that release's name; any other
    gets a new one of *now* (UTC, default: this moment). A host without facts counts as a plain
    Debian 12. Raises ``VariableError`` or ``PlanError``, the latter also for two steps that write one
    file differently.
    """
    host = replace(host, facts=host.facts or Facts())
    checked = _checked(roles, host)
    deployment = deployment_among(host, roles, checked)
    if deployment:
        deployment = _with_source(deployment, host.deployment, Project.read)
    draft = _rendered(host, roles, checked, deployment, DRAFT)
    digest = hashlib.sha256(draft.encode().encode()).hexdigest()
    if deployment is None:
        return replace(draft, release="", digest=digest)
    if host.facts and host.facts.current and host.facts.digest == digest:
        return replace(_rendered(host, roles, checked, deployment, host.facts.current, digest), digest=digest)
    moment = (now or datetime.now(timezone.utc)).strftime("%Y%m%dT%H%M%SZ")
    release = f"{moment}-{digest[:7]}"
    return replace(_rendered(host, roles, checked, deployment, release, digest), digest=digest)


def made_ready(host: Host, roles: Sequence[Role], read: Callable[..., Project] = Project.read) -> Host:
    """*host* with its deployment and what lies in its app's source, when one of *roles* is the role ``app``.

    *read* reads that source; many hosts may share what it found. All variables of all *roles* are
    looked at; raises ``VariableError`` with a line for each that is wrong.
    """
    ready = with_app(host, roles)
    if ready.deployment is None:
        return host
    return replace(host, deployment=_with_source(ready.deployment, host.deployment, read))


def with_app(host: Host, roles: Sequence[Role]) -> Host:
    """*host* with its deployment; the app's source is not looked at."""
    return replace(host, deployment=deployment_among(host, roles, _checked(roles, host)))


def _checked(roles: Sequence[Role], host: Host) -> list[Any]:
    for role in roles:
        require_role(role)
    return checked_vars(roles, host)


def _with_source(
    deployment: Deployment, before: Deployment | None, read: Callable[..., Project]
) -> Deployment:
    """*deployment* with the app's source as it was found *before*, else as *read* finds it."""
    if before and before.known_project:
        return replace(deployment, known_project=before.known_project)
    v = deployment.v
    if v.env_file:
        read_env_file(v.env_file)  # What is wrong in it is told before anything is contacted.
    own = own_files(deployment.bare)
    in_image = has_own_command(deployment.bare, expanded(v.source))
    project = read(v.source, v.callable, v.requirements, v.links, own, in_image=in_image, below=v.below)
    return replace(deployment, known_project=project)


def _rendered(
    host: Host,
    roles: Sequence[Role],
    checked: Sequence[Any],
    deployment: Deployment | None,
    release: str,
    digest: str = "",
) -> Plan:
    if deployment:
        deployment = replace(deployment, known_release=deployment.app.release(release))
        host = deployment.host
    secrets = (*(secret for v in checked for secret in secrets_of(v)), *host.secrets)
    steps = [step for role, v in zip(roles, checked, strict=True) for step in _steps(role, host, v)]
    if deployment:
        steps.append(_record(deployment.app, release, digest))
    due, skipped = [step for step in steps if step.when], [step for step in steps if not step.when]
    _require_one_content(host, due)
    _require_followed(host, _in_order(steps))
    sealed, contents = _sealed(due, deployment.release if deployment else None)
    return Plan(
        _in_order(sealed),
        release if deployment else "",
        whole=True,
        skipped=tuple(_sealed(skipped, None)[0]),
        contents=contents,
        secrets=secrets,
    )


def _in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    ordered = list(steps)
    return tuple(step for phase in Phase for step in ordered if step.phase is phase)


def _record(app: App, release: str, digest: str) -> Step:
    record = RecordedPlan(app.name, app.root, app.user, release, digest)
    return Step("record the plan", record, phase=Phase.PREPARE, role="app")


def _steps(role: Role, host: Host, v: object) -> list[Step]:
    return [step if step.role else step.in_role(role_name(role)) for step in steps_of(role, host, v)]


def _require_one_content(host: Host, steps: Iterable[Step]) -> None:
    """Two steps that write one file differently would each undo the other, at every deploy."""
    writers: dict[str, Step] = {}
    for step in steps:
        if not isinstance(step.resource, File):
            continue
        first = writers.setdefault(step.resource.path, step)
        if first.resource.desired() != step.resource.desired():
            raise PlanError(
                f"{host.name}: {step.resource.path} is written by two steps, differently: "
                f'"{first.name}" of {first.role} and "{step.name}" of {step.role}; let one of them write it'
            )


def _require_followed(host: Host, steps: Sequence[Step]) -> None:
    """What a step follows has been taken before it, and is of its role."""
    for number, step in enumerate(steps):
        earlier = [one.name for one in steps[:number] if one.role == step.role]
        for name in step.follows:
            if name not in earlier:
                raise PlanError(
                    f'{host.name}: role {step.role}: "{step.name}" has only_if_changed="{name}", '
                    f"and no earlier step of this role is called so{did_you_mean(name, earlier)}"
                )


def _sealed(steps: Iterable[Step], release: Release | None) -> tuple[list[Step], dict[str, bytes]]:
    """Contents that are secret or large are named by digest in the plan; the release keeps them for a rollback."""
    contents: dict[str, bytes] = {}
    kept: list[Step] = []
    keepers: list[Step] = []
    for step in steps:
        if not (step.sensitive or _is_large(step.resource)):
            kept.append(step)
            continue
        resource, own = step.resource.sealed()
        contents |= own
        kept.append(replace(step, resource=resource))
        if release and resource.rolls_back and not _lies_in(release, resource):
            keepers += [_keeping(step, release, digest) for digest in own]
    return [*kept, *_in_their_place(keepers, release)], contents


def _in_their_place(keepers: list[Step], release: Release | None) -> list[Step]:
    if not (keepers and release):
        return []
    place = Directory(release.sealed, "0700")
    return [Step("make the directory of kept contents", place, phase=Phase.PREPARE, role="app"), *keepers]


def _is_large(resource: Resource) -> bool:
    return len(json.dumps(describe(resource))) > LARGE


def _lies_in(release: Release, resource: Resource) -> bool:
    """Whether the resource is itself a file of the release, where a rollback finds it."""
    return isinstance(resource, File) and resource.path.startswith(release.path + "/")


def _keeping(step: Step, release: Release, digest: str) -> Step:
    keeper = File(f"{release.sealed}/{digest}", None, mode="0600", digest=digest)
    return Step(
        f"keep the contents of {step.role}: {step.name}",
        keeper,
        phase=Phase.PREPARE,
        sensitive=True,
        role="app",
    )


def narrowed(plan: Plan, wanted: Callable[[Step], bool]) -> Plan:
    """*plan* with only the *wanted* steps; the others are told as skipped.

    A release is made of all its steps or of none: without one of them only provisioning is left.
    """
    releases = all(wanted(step) for step in plan.steps if step.phase is not Phase.PROVISION)
    kept = [step for step in plan.steps if wanted(step) and (releases or step.phase is Phase.PROVISION)]
    left = tuple(step for step in plan.steps if step not in kept)
    release, whole = plan.release if releases else "", plan.whole and not left
    return replace(plan, release=release, whole=whole, steps=tuple(kept), skipped=(*plan.skipped, *left))


__all__ = ["Handler", "Phase", "Plan", "Step", "made_ready", "narrowed", "plan_for"]
