"""Statistics of runs: the median, the least and the most, and how often one fits into another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from bench.result import Results, Run
from bench.scene import Case, Scene


@dataclass(frozen=True)
class Figure:
    """What several runs say about one quantity."""

    median: float
    least: float
    most: float
    count: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Figure:
        """Raises `ValueError` without any value."""
        found = sorted(values)
        if not found:
            raise ValueError("no runs, no figure")
        return cls(median(found), found[0], found[-1], len(found))


@dataclass(frozen=True)
class Row:
    """A peer in a scene."""

    peer: str
    wall_s: Figure
    cpu_s: Figure
    memory_mb: Figure
    sent_kb: Figure
    executions: Figure


def rows(results: Results, scene: Scene) -> list[Row]:
    """The peers in *scene*, in the order of their turns; a peer with a failed run there has no row."""
    failed = {failure.peer for failure in results.failures if failure.scene == scene}
    runs = [run for run in results.runs if run.scene == scene and run.peer not in failed]
    return [
        row(peer, [run for run in runs if run.peer == peer])
        for peer in dict.fromkeys(run.peer for run in runs)
    ]


def row(peer: str, runs: list[Run]) -> Row:
    def figure(quantity: Callable[[Run], float]) -> Figure:
        return Figure.of(map(quantity, runs))

    return Row(
        peer,
        wall_s=figure(lambda run: run.wall_s),
        cpu_s=figure(lambda run: run.cpu_s),
        memory_mb=figure(lambda run: run.memory_mb),
        sent_kb=figure(lambda run: run.sent_kb),
        executions=figure(lambda run: run.executions),
    )


def ratio(found: list[Row], peer: str, base: str) -> float | None:
    """How many times *base*'s median wall time *peer* takes; None where one of them has none."""
    walls = {row.peer: row.wall_s.median for row in found}
    return walls[peer] / walls[base] if peer in walls and base in walls else None


def round_trips(results: Results, case: Case, rtt_ms: int) -> dict[str, float]:
    """How many round trips in a row each peer makes: what its median grows by, over *rtt_ms*."""
    near = {row.peer: row.wall_s.median for row in rows(results, Scene(case))}
    far = {row.peer: row.wall_s.median for row in rows(results, Scene(case, rtt_ms=rtt_ms))}
    return {peer: (far[peer] - near[peer]) / (rtt_ms / 1000) for peer in near if peer in far}
