"""Ansible: a playbook, in three configurations."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from bench.delivery import Delivery
from bench.peer import Act, Command, Order
from bench.places import JOB

HERE = Path(__file__).parent
STRATEGIES = "lib/python3*/site-packages/ansible_mitogen/plugins/strategy"


@dataclass(frozen=True)
class Ansible:
    """``ansible-playbook`` with the settings of *configuration*.cfg."""

    name: str
    configuration: str
    venv: str = "ansible"
    deliveries: frozenset[Delivery] = frozenset({Delivery.ARCHIVE, Delivery.DIRECTORY})
    most_hosts: int = 1
    deploys: bool = True
    repeats: bool = False

    def prepare(self, order: Order) -> None:
        """Write the inventory and the variables."""
        hosts = "".join(f"{host.entry}\n" for host in order.hosts)
        (order.directory / "inventory.ini").write_text(hosts)
        variables = {
            "release": order.release,
            "source": str(order.source),
            "archive": str(order.archive),
            "delivery": order.delivery.value,
            "job": str(JOB),
        }
        (order.directory / "variables.json").write_text(json.dumps(variables))

    def command(self, order: Order, act: Act) -> Command:
        playbook = HERE / ("rollback.yml" if act is Act.ROLLBACK else "deploy.yml")
        argv = [str(order.venv / "bin/ansible-playbook"), "-i", "inventory.ini"]
        return Command(
            [*argv, "-e", "@variables.json", str(playbook)], order.directory, self._environment(order)
        )

    def changes(self, output: str) -> int | None:
        """The sum of the recap."""
        told = re.findall(r" ok=\d+ +changed=(\d+)", output)
        return sum(map(int, told)) if told else None

    def _environment(self, order: Order) -> dict[str, str]:
        environment = {"ANSIBLE_CONFIG": str(HERE / f"{self.configuration}.cfg")}
        if self.configuration == "mitogen":
            (strategies,) = order.venv.glob(STRATEGIES)
            environment["ANSIBLE_STRATEGY_PLUGINS"] = str(strategies)
        return environment


CONFIGURATIONS = (
    Ansible("ansible", "default"),
    Ansible("ansible-pipelining", "pipelining", most_hosts=10),
    Ansible("ansible-mitogen", "mitogen"),
)
