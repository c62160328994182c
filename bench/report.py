"""The report: a Markdown document of what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.figures import Figure, Row, ratio, round_trips, rows
from bench.result import Results
from bench.scene import Scene

QUANTITIES = ("CPU s", "memory MB", "sent kB", "SSH executions per host", "runs")


def report(results: Results, plot: str = "") -> str:
    """All tables, below what they were measured on; *plot* is the path of a picture beside it."""
    scenes = list(
        dict.fromkeys([*(run.scene for run in results.runs), *(lost.scene for lost in results.failures)])
    )
    parts = ["# Benchmark", about(results)]
    parts += [f"![median wall time of each peer in each case]({plot})"] if plot else []
    parts += [section(results, scene) for scene in scenes]
    parts += [growth(results, scene) for scene in scenes if scene.rtt_ms]
    return "\n\n".join(part for part in parts if part) + "\n"


def about(results: Results) -> str:
    return table(("", ""), results.about.items())


def section(results: Results, scene: Scene) -> str:
    """One scene: its table, and who has no figures in it."""
    found = rows(results, scene)
    lines = [f"## {scene}"]
    if found:
        lines.append(table(head(scene), [cells(found, row, scene) for row in found]))
    lost = {failure.peer: failure.why for failure in results.failures if failure.scene == scene}
    lines += [f"No figures of {peer}, as a run failed: {first_line(why)}" for peer, why in lost.items()]
    return "\n\n".join(lines)


def head(scene: Scene) -> list[str]:
    return ["", "wall s: median (min-max)", *(f"÷ {base}" for base in scene.case.bases), *QUANTITIES]


def cells(found: list[Row], row: Row, scene: Scene) -> list[str]:
    ratios = [ratio(found, row.peer, base) for base in scene.case.bases]
    return [
        row.peer,
        spread(row.wall_s),
        *("" if times is None else f"{times:.2g}" if times < 10 else f"{times:.0f}" for times in ratios),
        f"{row.cpu_s.median:.2f}",
        f"{row.memory_mb.median:.0f}" if row.memory_mb.median else "",
        f"{row.sent_kb.median:.0f}",
        f"{row.executions.median:g}",
        str(row.wall_s.count),
    ]


def growth(results: Results, scene: Scene) -> str:
    """How many round trips stand behind a far host's time."""
    trips = round_trips(results, scene.case, scene.rtt_ms)
    if not trips:
        return ""
    lines = [(peer, f"{count:.0f}") for peer, count in trips.items()]
    return f"## Round trips in a row: {scene.case.title}\n\n{table(('', 'round trips'), lines)}"


def spread(figure: Figure) -> str:
    return f"{figure.median:.2f} ({figure.least:.2f}-{figure.most:.2f})"


def first_line(text: str) -> str:
    return text.splitlines()[0] if text else "without a word"


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = ["---"] * len(head)
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *lines))
