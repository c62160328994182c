"""deploytasks, as its README says: tasks.py, inventory.ini, ``inv deploy``."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bench.delivery import Delivery
from bench.peer import FORKS, Act, Command, Order

VARIABLES = """
[all:vars]
app_name=shop
app_source={source}
app_watch_s=0
gunicorn_workers=2
"""
TASKS = {Act.DEPLOY: "deploy", Act.REPEAT: "deploy", Act.ROLLBACK: "rollback"}


@dataclass(frozen=True)
class Deploytasks:
    """This checkout's package, installed from its wheel."""

    name: str = "deploytasks"
    venv: str = "deploytasks"
    deliveries: frozenset[Delivery] = frozenset(Delivery)
    most_hosts: int = 100
    deploys: bool = True
    repeats: bool = False

    def prepare(self, order: Order) -> None:
        """Write tasks.py and the inventory; without the watch, which the peers do not have."""
        (order.directory / "tasks.py").write_text("from deploytasks.tasks import ns\n")
        hosts = "\n".join(host.entry for host in order.hosts)
        inventory = f"{hosts}\n{VARIABLES.format(source=order.source)}"
        (order.directory / "inventory.ini").write_text(inventory)

    def command(self, order: Order, act: Act) -> Command:
        argv = [str(order.venv / "bin/inv"), TASKS[act], "--json", "--forks", str(FORKS)]
        return Command(argv, order.directory)

    def changes(self, output: str) -> int | None:
        """The recap's sum."""
        for line in output.splitlines():
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("event") == "recap":
                return sum(host["changed"] for host in event["hosts"].values())
        return None
