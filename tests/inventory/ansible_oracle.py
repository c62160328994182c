"""Asks Ansible many questions for the price of one start, which is most of its second.

Reads a JSON list of questions on standard input, each the directory to stand in and the sources of an inventory;
answers with a JSON list of what ``ansible-inventory --list`` prints for each, or null where it fails. With ``values``
it is what ``ansible -m debug`` shows of each of these variables of each host, or what it says of it. Each question
has a forked process of its own: Ansible keeps global state.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from ansible.cli.inventory import InventoryCLI
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager


def main() -> None:
    """Answer on standard output, with Ansible's chatter on standard error."""
    questions = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w") as answers, tempfile.TemporaryDirectory() as directory:
        os.dup2(2, 1)
        outputs = [Path(directory, str(number)) for number in range(len(questions))]
        for question, output in zip(questions, outputs, strict=True):
            ask(question, output)
        json.dump(
            [json.loads(output.read_text()) if output.exists() else None for output in outputs], answers
        )


def ask(question: dict[str, Any], output: Path) -> None:
    """Answer *question* in *output*, which exists afterwards if Ansible could."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        os.chdir(question["directory"])
        sources = [word for source in question["sources"] for word in ("-i", source)]
        if "values" in question:
            output.write_text(json.dumps(values(question["sources"], question["values"])))
        else:
            arguments = ["--output", str(output), *sources, *question.get("arguments", ())]
            InventoryCLI(["ansible-inventory", "--list", *arguments]).run()
    finally:
        os._exit(0)


def values(sources: list[str], names: list[str]) -> dict[str, dict[str, Any]]:
    """Each of *names* of each host as a task would have it."""
    init_plugin_loader()
    loader = DataLoader()
    inventory = InventoryManager(loader, sources)
    manager = VariableManager(loader, inventory)
    return {host.name: values_of(inventory, manager, loader, host, names) for host in inventory.get_hosts()}


def values_of(
    inventory: InventoryManager, manager: VariableManager, loader: DataLoader, host: Any, names: list[str]
) -> dict[str, Any]:
    variables = manager.get_vars(host=host)
    variables["hostvars"] = HostVars(inventory, manager, loader)
    variables["vars"] = dict(variables)
    templar = Templar(loader, variables=variables)
    found = {}
    for name in names:
        try:
            value = templar.template(variables[name])
            found[name] = {"value": json.loads(json.dumps(value))}
        except Exception as error:  # noqa: BLE001  whatever is wrong with it is the answer
            found[name] = {"error": f"{type(error).__name__}: {error}"}
    return found


if __name__ == "__main__":
    main()
