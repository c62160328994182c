"""What the runs took, as raw figures: a JSON document that reports are made of."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.scene import Case, Scene


@dataclass(frozen=True)
class Run:
    """One run that ended well and whose result was verified."""

    peer: str
    scene: Scene
    round: int
    wall_s: float
    cpu_s: float
    memory_mb: float
    sent_kb: float
    executions: float
    """Of SSH, per host."""
    changes: int | None


@dataclass(frozen=True)
class Failure:
    """A peer has no figures in a scene, and why."""

    peer: str
    scene: Scene
    why: str


@dataclass(frozen=True)
class Results:
    """All of one benchmark; *about* says on what and with which versions."""

    about: dict[str, str]
    runs: tuple[Run, ...]
    failures: tuple[Failure, ...]

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1, default=lambda case: case.value) + "\n")

    @classmethod
    def read(cls, path: Path) -> Results:
        found = json.loads(path.read_text())
        return cls(
            found["about"],
            tuple(Run(**{**run, "scene": scene_of(run["scene"])}) for run in found["runs"]),
            tuple(Failure(**{**lost, "scene": scene_of(lost["scene"])}) for lost in found["failures"]),
        )


def scene_of(fields: dict[str, Any]) -> Scene:
    return Scene(**{**fields, "case": Case(fields["case"])})
