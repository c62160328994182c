"""The plot: ``python -m bench.plot RESULTS.json PICTURE.svg``, in an environment that has matplotlib."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import NullFormatter

from bench.figures import rows
from bench.result import Results
from bench.scene import Scene

COLUMNS = 2
TITLE_WIDTH = 60
OURS, THEIRS, FLOORS = "#1b7f5c", "#8a8f98", "#d0b45a"
FLOOR_NAMES = {"ssh", "shell"}


def draw(results: Results, path: Path) -> None:
    """A panel for each scene: medians as bars, the least and the most as whiskers, on a logarithmic scale."""
    mpl.rcParams["svg.hashsalt"] = "deploytasks"
    scenes = [scene for scene in dict.fromkeys(run.scene for run in results.runs) if rows(results, scene)]
    lines = -(-len(scenes) // COLUMNS)
    canvas = Canvas(figsize=(11, 2.6 * lines), layout="constrained")
    panels = list(canvas.subplots(lines, COLUMNS, squeeze=False).flat)
    for scene, panel in zip(scenes, panels, strict=False):
        draw_scene(panel, results, scene)
    for panel in panels[len(scenes) :]:
        panel.axis("off")
    canvas.savefig(path, metadata={"Date": None})


def draw_scene(panel: Axes, results: Results, scene: Scene) -> None:
    found = rows(results, scene)[::-1]
    medians = [row.wall_s.median for row in found]
    below = [row.wall_s.median - row.wall_s.least for row in found]
    above = [row.wall_s.most - row.wall_s.median for row in found]
    names = [row.peer for row in found]
    panel.barh(names, medians, xerr=[below, above], color=list(map(color, names)), ecolor="#333333")
    for place, (wall_s, most) in enumerate(zip(medians, above, strict=True)):
        panel.text((wall_s + most) * 1.06, place, f"{wall_s:.2f} s", va="center", fontsize=8)
    panel.set_xscale("log")
    panel.margins(x=0.2)
    panel.xaxis.set_major_formatter("{x:g}")
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.set_title(textwrap.fill(str(scene), TITLE_WIDTH), fontsize=9)
    panel.tick_params(labelsize=8)
    panel.spines[["top", "right"]].set_visible(False)


def color(peer: str) -> str:
    if peer in FLOOR_NAMES:
        return FLOORS
    return OURS if peer == "deploytasks" else THEIRS


if __name__ == "__main__":
    draw(Results.read(Path(sys.argv[1])), Path(sys.argv[2]))
