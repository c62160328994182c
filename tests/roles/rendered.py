"""What the roles write on a host, as text; ``python -m tests.roles.rendered`` writes it to ``expected/``.

Review the difference before it is committed: it is what changes on every host at its next deploy.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from deploytasks import Host, Plan, plan_for
from deploytasks.agent.release.facts import Facts
from deploytasks.planning.standard import standard_roles
from deploytasks.testing import host_with as host_with_variables
from deploytasks.testing.rendering import rendered_plan

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
    return host_with_variables("prod1", FACTS, **{"app_source": str(HELLO), **variables})


def plan_with(variables: Mapping[str, Any]) -> Plan:
    """The plan of the standard roles for that host."""
    host = host_with(variables)
    return plan_for(host, standard_roles(host), now=NOW)


def rendered(variables: Mapping[str, Any]) -> dict[str, str]:
    """The steps of the plan under the name ``steps``, and each file that they write under its path.

    The release's name, which contains a digest of everything, reads ``RELEASE``.
    """
    return rendered_plan(plan_with(variables))


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
