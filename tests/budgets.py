"""What a file of tests may take, and which go beyond it: told at the end of a run, and never a failure."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterable

import pytest

USUAL_S = 12
BUDGETS_S: dict[str, int] = {}
"""Seconds of a worker, with three of them on two cores, for the files that take more than the usual."""
ORDER = os.environ.get("ORDER", "")
"""Any word: another order of the files than the longest first, the same for the same word."""


def budget_of(file: str) -> int:
    return BUDGETS_S.get(file, USUAL_S)


def file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def in_order(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The files with the largest budgets first, so that no worker has a long one left when the others are done.

    Within a file the order is that of the file, where one test may build on another.
    """
    if ORDER:
        return sorted(items, key=lambda item: random.Random(ORDER + file_of(item)).random())
    return sorted(items, key=lambda item: -budget_of(file_of(item)))


class Ledger:
    """What each file has taken, setups and teardowns included."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.taken[report.nodeid.partition("::")[0]] += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        over = [(file, taken) for file, taken in self.taken.most_common() if taken > budget_of(file)]
        if not over:
            return
        terminalreporter.section("beyond their budget (tests/budgets.py)")
        for file, taken in over:
            terminalreporter.line(f"{taken:6.0f} s of {budget_of(file):4} s  {file}")
