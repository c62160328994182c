"""What roles would write on a host, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from deploytasks.agent.files.file import File
from deploytasks.agent.services.unit import Unit
from deploytasks.planning.plan import plan_for

if TYPE_CHECKING:
    from deploytasks.agent.engine.plan import Plan, Step
    from deploytasks.inventory import Host
    from deploytasks.planning.role import Role


def rendered(roles: Sequence[Role], host: Host) -> dict[str, str]:
    """Each file that *roles* write on *host*, under its path; nothing is contacted.

    Under the name ``steps`` are the steps of the plan, a line each. A release's name, which contains the moment and a
    digest of everything, reads ``RELEASE``. Raises as ``plan_for``.
    """
    return rendered_plan(plan_for(host, roles))


def rendered_plan(plan: Plan) -> dict[str, str]:
    """The same of *plan*."""
    texts = {"steps": "".join(f"{_line(step)}\n" for step in plan.steps), **dict(files(plan))}
    name = plan.release or "RELEASE"
    return {path.replace(name, "RELEASE"): text.replace(name, "RELEASE") for path, text in texts.items()}


def files(plan: Plan) -> Iterator[tuple[str, str]]:
    """Path and text of every file but those of the app's own source."""
    for step in plan.steps:
        file = file_of(step)
        text = _text_of(file, plan) if file else None
        if file and text:
            yield file.path, text


def file_of(step: Step) -> File | None:
    """The file that *step* writes, a unit's as well."""
    unit = step.resource
    if isinstance(unit, Unit):
        return File(f"/etc/systemd/system/{unit.name}", unit.content)
    return unit if isinstance(unit, File) else None


def _text_of(file: File, plan: Plan) -> str | None:
    content = plan.contents.get(file.digest) if file.content is None else file.content
    return content.decode() if isinstance(content, bytes) else content


def _line(step: Step) -> str:
    """Such as ``provision  nginx: write the site -> reload nginx``."""
    arrow = f" -> {', '.join(handler.name for handler in step.handlers)}" if step.handlers else ""
    return f"{step.phase.value:9}  {step.role}: {step.name}{arrow}"
