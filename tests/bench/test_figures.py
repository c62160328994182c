"""Statistics of a benchmark and the report of it, from made-up runs."""

from __future__ import annotations

import pytest

from bench.figures import Figure, ratio, round_trips, rows
from bench.report import report
from bench.result import Failure, Results, Run
from bench.scene import Case, Scene

HERE = Scene(Case.NOOP)
FAR = Scene(Case.NOOP, rtt_ms=50)


def run(peer: str, wall_s: float, scene: Scene = HERE) -> Run:
    return Run(peer, scene, 1, wall_s, cpu_s=0.1, memory_mb=20, sent_kb=5, executions=1, changes=0)


def results(*entries: Run | Failure) -> Results:
    runs = tuple(entry for entry in entries if isinstance(entry, Run))
    return Results({"machine": "a quiet one"}, runs, tuple(set(entries) - set(runs)))


def test_a_figure_is_the_median_and_the_ends():
    assert Figure(2.0, 1.0, 9.0, 3) == Figure.of([9.0, 1.0, 2.0])


def test_no_runs_are_no_figure():
    with pytest.raises(ValueError, match="no runs"):
        Figure.of([])


def test_peers_are_compared_by_their_medians():
    found = rows(results(run("ssh", 0.1), run("ssh", 0.3), run("ssh", 0.2), run("ansible", 8.0)), HERE)
    assert ratio(found, "ansible", "ssh") == pytest.approx(40)
    assert ratio(found, "ansible", "shell") is None


def test_a_peer_whose_run_failed_has_no_figures_in_that_scene():
    told = results(
        run("ssh", 0.1), run("fabric", 5.0), run("fabric", 5.0, FAR), Failure("fabric", HERE, "no answer\n…")
    )
    assert [row.peer for row in rows(told, HERE)] == ["ssh"]
    assert [row.peer for row in rows(told, FAR)] == ["fabric"]
    assert "No figures of fabric, as a run failed: no answer\n" in report(told)


def test_round_trips_are_what_a_far_host_costs_more():
    told = results(run("ssh", 0.2), run("ssh", 0.7, FAR), run("shell", 0.4))
    assert {"ssh": pytest.approx(10)} == round_trips(told, Case.NOOP, 50)


def test_the_report_has_a_table_per_scene():
    text = report(results(run("ssh", 0.2), run("pyinfra", 2.0)), plot="wall.svg")
    assert "## Nothing differs, one host\n" in text
    assert "| pyinfra | 2.00 (2.00-2.00) | 10 |  |  | 0.10 | 20 | 5 | 1 | 1 |" in text
    assert "(wall.svg)" in text


def test_raw_figures_are_read_as_they_were_written(tmp_path):
    told = results(run("ssh", 0.2), Failure("fabric", FAR, "no answer"))
    told.write(tmp_path / "results.json")
    assert told == Results.read(tmp_path / "results.json")


def test_starts_are_compared_with_pythons_own():
    idle = Scene(Case.IDLE, hosts=0)
    text = report(results(run("python -c pass", 0.02, idle), run("inv --list", 0.2, idle)))
    assert "## Only to start\n" in text
    assert "÷ python -c pass |" in text
    assert "| inv --list | 0.20 (0.20-0.20) | 10 | 0.10 |" in text
