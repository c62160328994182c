"""What a file of tests may take, and which go beyond it: told at the end of a run, and never a failure."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterable

import pytest

USUAL_S = 24
BUDGETS_S: dict[str, int] = {
    "tests/e2e/test_matrix.py": 330,
    "tests/e2e/test_earlier_version.py": 300,
    "tests/e2e/test_docker.py": 290,
    "tests/e2e/test_compose.py": 280,
    "tests/e2e/test_workers_and_timers.py": 240,
    "tests/e2e/test_tls.py": 230,
    "tests/e2e/test_agent_pythons.py": 180,
    "tests/e2e/test_fleet.py": 180,
    "tests/e2e/test_allow.py": 160,
    "tests/e2e/test_deploy.py": 160,
    "tests/e2e/test_faults.py": 160,
    "tests/e2e/test_web_servers.py": 160,
    "tests/e2e/test_one_database.py": 130,
    "tests/e2e/test_types_against_ansible.py": 130,
    "tests/e2e/test_rollback.py": 110,
    "tests/e2e/test_secrets.py": 100,
    "tests/e2e/test_broken_hosts.py": 90,
    "tests/e2e/test_firewall.py": 90,
    "tests/e2e/test_lost_link.py": 90,
    "tests/e2e/test_strange_surroundings.py": 90,
    "tests/e2e/test_sites.py": 90,
    "tests/e2e/test_supervisor.py": 90,
    "tests/e2e/test_failures.py": 80,
    "tests/e2e/test_services.py": 80,
    "tests/e2e/test_caddy.py": 70,
    "tests/e2e/test_claims.py": 70,
    "tests/e2e/test_processes.py": 70,
    "tests/e2e/test_transport.py": 70,
    "tests/e2e/test_pipelines.py": 100,
    "tests/cli/test_bad_input.py": 60,
    "tests/e2e/test_static.py": 60,
    "tests/e2e/test_uwsgi.py": 60,
    "tests/inventory/test_sources_against_ansible.py": 60,
    "tests/inventory/test_templates_against_ansible.py": 60,
    "tests/cli/test_serve.py": 50,
    "tests/e2e/test_apache.py": 50,
    "tests/e2e/test_destroy.py": 50,
    "tests/e2e/test_bad_moments.py": 50,
    "tests/e2e/test_builds.py": 50,
    "tests/e2e/test_check.py": 50,
    "tests/e2e/test_library.py": 50,
    "tests/e2e/test_payload.py": 50,
    "tests/e2e/test_swaps.py": 50,
    "tests/e2e/test_walls.py": 50,
    "tests/agent/test_contract.py": 40,
    "tests/agent/test_runtime_contract.py": 40,
    "tests/cli/test_secrets.py": 40,
    "tests/e2e/test_doctor.py": 40,
    "tests/e2e/test_fastcgi.py": 40,
    "tests/e2e/test_without_unix.py": 40,
    "tests/e2e/test_frameworks.py": 40,
    "tests/e2e/test_hardening.py": 40,
    "tests/e2e/test_launchers.py": 40,
    "tests/e2e/test_logs.py": 40,
    "tests/e2e/test_outages.py": 40,
    "tests/e2e/test_soak.py": 40,
    "tests/e2e/test_workers.py": 40,
    "tests/inventory/test_against_ansible.py": 40,
    "tests/roles/test_readmes.py": 40,
    "tests/e2e/test_any_host.py": 30,
    "tests/e2e/test_asgi.py": 30,
    "tests/e2e/test_targets.py": 30,
    "tests/e2e/test_visitors.py": 30,
}
"""Seconds of a worker, with three or four of them on two cores, for the files that take more than the usual."""
ORDER = os.environ.get("ORDER", "")
"""Any word: another order of the files than the longest first, the same for the same word."""


def budget_of(file: str) -> int:
    return BUDGETS_S.get(file, USUAL_S)


def file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def in_order(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The files with the largest budgets first, so that no worker has a long one left when the others are done.

    Within a file the order is that of the file, where one test may build on another.
    """
    if ORDER:
        return sorted(items, key=lambda item: random.Random(ORDER + file_of(item.nodeid)).random())
    return sorted(items, key=lambda item: -budget_of(file_of(item.nodeid)))


class Ledger:
    """What each file has taken, setups and teardowns included."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.taken[file_of(report.nodeid)] += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        over = [(file, taken) for file, taken in self.taken.most_common() if taken > budget_of(file)]
        if not over:
            return
        terminalreporter.section("beyond their budget (tests/budgets.py)")
        for file, taken in over:
            terminalreporter.line(f"{taken:6.0f} s of {budget_of(file):4} s  {file}")
