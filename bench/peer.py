"""A peer: a tool that does the job, as its own documentation recommends."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bench.delivery import Delivery
from bench.host import Host

FORKS = 10
"""How many hosts each peer works on at a time, where it lets one say so."""


class Act(enum.Enum):
    """What a peer is asked to do."""

    DEPLOY = "deploy"
    REPEAT = "repeat"
    """Deploy what is there already."""
    ROLLBACK = "rollback"


@dataclass(frozen=True)
class Order:
    """*release* of *source* for *hosts*; *archive* is made of it before the clock starts.

    *large* is the path of the large file in it, where the scene has one.

    *directory* is the peer's own, *venv* its programs.
    """

    directory: Path
    venv: Path
    hosts: tuple[Host, ...]
    release: str
    source: Path
    large: Path
    archive: Path
    delivery: Delivery


@dataclass(frozen=True)
class Command:
    """What somebody types, in *directory*, and what it reads."""

    argv: list[str]
    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: Path = Path("/dev/null")


class Peer(Protocol):
    """One tool in one configuration."""

    @property
    def name(self) -> str:
        """Its name on the command line and in the tables."""

    @property
    def venv(self) -> str:
        """The name of its virtual environment; empty if it needs none."""

    @property
    def deliveries(self) -> frozenset[Delivery]:
        """How it can bring the source."""

    @property
    def most_hosts(self) -> int:
        """With how many hosts it is measured, at most."""

    @property
    def deploys(self) -> bool:
        """Whether it does the job, or only measures a floor."""

    @property
    def repeats(self) -> bool:
        """Whether it does everything again at each run."""

    def prepare(self, order: Order) -> None:
        """Write its project to *order*'s directory; before the clock starts."""

    def command(self, order: Order, act: Act) -> Command:
        """What is measured."""

    def changes(self, output: str) -> int | None:
        """How many changes on all hosts it tells in *output*; None if it tells none."""
