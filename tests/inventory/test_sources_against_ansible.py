"""Ansible is the judge of every form of an inventory, as test_against_ansible.py has it for the INI.

It is asked about a third of the cases, as a program or a directory takes it half a second each; about all of them by
``make test-inventories``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.inventory.judge import asked, ours, written
from tests.inventory.source_table import AGREED, BOTH_REFUSE, STRICTER

EVERY = AGREED | STRICTER | BOTH_REFUSE
ASKED = list(EVERY) if os.environ.get("INVENTORIES") == "all" else list(EVERY)[::3]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """What Ansible says about every case of the table, asked in one go."""
    home = tmp_path_factory.mktemp("judge")
    questions = [
        {"directory": str(written(home / str(number), {"empty": "", **case.files})), "sources": case.sources}
        for number, case in enumerate(EVERY[name] for name in ASKED)
    ]
    return dict(zip(ASKED, asked(home, questions), strict=True))


@pytest.mark.parametrize("name", [name for name in AGREED if name in ASKED])
def test_we_read_what_ansible_reads(name: str, answers: Mapping[str, object], tmp_path: Path) -> None:
    case = AGREED[name]
    assert answers[name] is not None
    assert ours(written(tmp_path, case.files), case.sources) == answers[name]


@pytest.mark.parametrize("name", STRICTER)
def test_we_refuse_with_a_line_what_ansible_takes(
    name: str, answers: Mapping[str, object], tmp_path: Path
) -> None:
    case = STRICTER[name]
    assert answers.get(name, "not asked") is not None
    assert case.message in ours(written(tmp_path, case.files), case.sources)


@pytest.mark.parametrize("name", BOTH_REFUSE)
def test_we_name_the_line_where_ansible_only_refuses(
    name: str, answers: Mapping[str, object], tmp_path: Path
) -> None:
    case = BOTH_REFUSE[name]
    assert answers.get(name) is None
    assert case.message in ours(written(tmp_path, case.files), case.sources)
