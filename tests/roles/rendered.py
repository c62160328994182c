"""What the roles write on a host, as text; ``python -m tests.roles.rendered`` writes it to ``expected/``.

Review the difference before it is committed: it is what changes on every host at its next deploy.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from deploytasks import Host, Inventory, Plan, Step, plan_for
from deploytasks.agent.engine.plan import handler_to_json
from deploytasks.agent.release.facts import Facts
from deploytasks.planning.standard import standard_roles
from deploytasks.resources import File, Unit

HERE = Path(__file__).parent
HELLO = HERE.parents[1] / "examples/hello"
EXPECTED = HERE / "expected"
NOW = datetime(2026, 11, 21, 10, 15, tzinfo=timezone.utc)
FACTS = Facts(cpus=2, pythons=("python3", "python3.11", "python3.12"))

CASES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text()) for path in sorted(HERE.glob("cases/*.json"))
}
"""The variables of a host for each folder of ``expected/``."""
DEFAULT, RICH = CASES["default"], CASES["rich"]


def host_with(variables: Mapping[str, Any]) -> Host:
    """The host prod1 of an inventory that says *variables*, with the facts of a small Debian 12."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        (folder / "inventory.ini").write_text("prod1\n")
        (folder / "group_vars").mkdir()
        (folder / "group_vars/all.json").write_text(json.dumps({"app_source": str(HELLO), **variables}))
        (host,) = Inventory.load(folder / "inventory.ini").hosts
    return replace(host, facts=FACTS)


def plan_with(variables: Mapping[str, Any]) -> Plan:
    """The plan of the standard roles for that host."""
    host = host_with(variables)
    return plan_for(host, standard_roles(host), now=NOW)


def rendered(variables: Mapping[str, Any]) -> dict[str, str]:
    """The steps of the plan under the name ``steps``, and each file that they write under its path.

    The release's name, which contains a digest of everything, reads ``RELEASE``.
    """
    plan = plan_with(variables)
    texts = {"steps": "".join(f"{line(step)}\n" for step in plan.steps), **dict(files(plan))}
    return {
        path.replace(plan.release, "RELEASE"): text.replace(plan.release, "RELEASE")
        for path, text in texts.items()
    }


def files(plan: Plan) -> list[tuple[str, str]]:
    """Path and text of every file that *plan* writes and that is not of the app's own source."""
    return [
        (file.path, text) for step in plan.steps if (file := file_of(step)) and (text := text_of(file, plan))
    ]


def file_of(step: Step) -> File | None:
    unit = step.resource
    if isinstance(unit, Unit):
        return File(f"/etc/systemd/system/{unit.name}", unit.content)
    return unit if isinstance(unit, File) else None


def text_of(file: File, plan: Plan) -> str | None:
    if file.content is not None:
        return file.content
    sealed = plan.contents.get(file.digest)
    return sealed.decode() if sealed else None


def line(step: Step) -> str:
    """Such as ``provision  nginx: write the site -> reload nginx``."""
    notified = [handler_to_json(handler)["name"] for handler in step.handlers]
    arrow = f" -> {', '.join(notified)}" if notified else ""
    return f"{step.phase.value:9}  {step.role}: {step.name}{arrow}"


def kept(name: str) -> dict[str, str]:
    """The rendered texts that ``expected/NAME`` holds, by path."""
    folder = EXPECTED / name
    found = (path for path in folder.rglob("*.txt"))
    return {place(path.relative_to(folder)): path.read_text() for path in found}


def place(path: Path) -> str:
    """The path on a host, or ``steps``, that an expected file stands for."""
    name = path.as_posix().removesuffix(".txt")
    return name if name == "steps" else f"/{name}"


def keep(name: str, texts: Mapping[str, str]) -> None:
    """Make ``expected/NAME`` hold *texts* and nothing else."""
    shutil.rmtree(EXPECTED / name, ignore_errors=True)
    for path, text in texts.items():
        file = EXPECTED / name / f"{path.lstrip('/')}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


if __name__ == "__main__":
    for case, given in CASES.items():
        keep(case, rendered(given))
