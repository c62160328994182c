"""Types of ours beside Ansible's modules: ``python -m tests.types.table`` writes docs/types-and-ansible.md."""

from __future__ import annotations

from pathlib import Path

from tests.types.every import CASES

PAGE = Path(__file__).parents[2] / "docs/types-and-ansible.md"
HEAD = """\
# Resource types beside Ansible's modules

`make test-types` gives both the same start on a Debian 12 host, carries each out twice, and compares the end (what
files say, modes, owners) and what was told: changed or ok at first, ok then. They are the same in {same} of {all}
cases; the others say why we differ.

| Type | Ansible's module | Cases | Where we differ, and why |
|---|---|---|---|
"""


def page() -> str:
    """The whole document."""
    differing = [case for case in CASES.values() if case.differs]
    kinds = dict.fromkeys((case.type, case.module) for case in CASES.values())
    rows = "".join(f"{row(*kind)}\n" for kind in kinds)
    return HEAD.format(same=len(CASES) - len(differing), all=len(CASES)) + rows


def row(kind: str, module: str) -> str:
    """What is said of a type beside one module."""
    here = [case for case in CASES.values() if (case.type, case.module) == (kind, module)]
    reasons = "; ".join(f"{case.name}: {case.differs}" for case in here if case.differs)
    return f"| `{kind}` | `{module}` | {len(here)} | {reasons} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
