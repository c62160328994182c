"""pyinfra: an inventory and a deploy of operations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bench.delivery import Delivery
from bench.peer import FORKS, Act, Command, Order
from bench.places import JOB
from deploytasks.targets.target import USER

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Pyinfra:
    """``pyinfra INVENTORY DEPLOY -y``: without the question, and without the preview before it."""

    name: str = "pyinfra"
    venv: str = "pyinfra"
    deliveries: frozenset[Delivery] = frozenset({Delivery.ARCHIVE, Delivery.DIRECTORY})
    most_hosts: int = 50
    deploys: bool = True
    repeats: bool = False

    def prepare(self, order: Order) -> None:
        """Write the inventory, whose data is what is deployed."""
        data = {
            "ssh_user": USER,
            "release": order.release,
            "source": str(order.source),
            "archive": str(order.archive),
            "delivery": order.delivery.value,
            "job": str(JOB),
        }
        hosts = [
            (
                host.address,
                {**data, "ssh_key": str(host.key_file), "ssh_known_hosts_file": str(host.known_hosts)},
            )
            for host in order.hosts
        ]
        (order.directory / "inventory.py").write_text(f"hosts = {hosts!r}\n")

    def command(self, order: Order, act: Act) -> Command:
        deploy = HERE / ("rollback.py" if act is Act.ROLLBACK else "deploy.py")
        argv = [str(order.venv / "bin/pyinfra"), "-y", "--parallel", str(FORKS), "inventory.py", str(deploy)]
        return Command(argv, order.directory)

    def changes(self, output: str) -> int | None:
        """The sum of the summary's column "Success"; its check of the answer always counts as one per host."""
        told = re.search(r"Grand total +\d+ +(\d+|-) ", output)
        return None if told is None else int(told[1].replace("-", "0"))
