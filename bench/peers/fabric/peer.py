"""Bare Fabric: a fabfile with a group of hosts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bench.delivery import Delivery
from bench.peer import Act, Command, Order
from bench.places import JOB
from deploytasks.targets.target import USER

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Fabric:
    """``fab deploy``; it has no notion of a state, and does everything again."""

    name: str = "fabric"
    venv: str = "fabric"
    deliveries: frozenset[Delivery] = frozenset({Delivery.ARCHIVE})
    most_hosts: int = 10
    deploys: bool = True
    repeats: bool = True

    def prepare(self, order: Order) -> None:
        """Write what the fabfile reads."""
        job = {
            "addresses": [host.address for host in order.hosts],
            "user": USER,
            "key_file": str(order.hosts[0].key_file),
            "release": order.release,
            "archive": str(order.archive),
            "job": str(JOB),
        }
        (order.directory / "job.json").write_text(json.dumps(job))

    def command(self, order: Order, act: Act) -> Command:
        task = "rollback" if act is Act.ROLLBACK else "deploy"
        return Command([str(order.venv / "bin/fab"), "-r", str(HERE), task], order.directory)

    def changes(self, output: str) -> int | None:
        """It tells none."""
        del output
        return None
