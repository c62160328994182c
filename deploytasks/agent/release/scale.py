"""The numbers of processes that were set by hand (``inv scale``), whatever is deployed since.

They stay until they are set back to the inventory's. The web process reads its own from its environment.
"""

from __future__ import annotations

import json
from typing import Any, Dict, Iterator, Mapping

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.disk.entry import remove_entry, write_file
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.release.layout import App
from deploytasks.agent.services.environment_file import encode_env

RIGHTS = {"mode": "0644"}


def by_hand(machine: Machine, app: App) -> Dict[str, int]:
    """The numbers that were set by hand, by process; what cannot be read was not set."""
    try:
        with reading(machine.path(app.scale)) as file:
            record = json.load(file)
        return {str(name): int(number) for name, number in record.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def set_by_hand(machine: Machine, app: App, numbers: Mapping[str, int]) -> None:
    """*numbers*, and no others, are set by hand from now on."""
    _write(
        machine,
        app.scale_env,
        encode_env({"WEB_CONCURRENCY": str(numbers["web"])}) if "web" in numbers else "",
    )
    _write(machine, app.scale, json.dumps(numbers, sort_keys=True) + "\n" if numbers else "")


def told_apart(machine: Machine, app: App, listed: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """A line for each process whose number by hand is not the one that the release's list, *listed*, says."""
    for name, number in sorted(by_hand(machine, app).items()):
        wanted = listed.get(name, {}).get("workers")
        if wanted not in (None, number):
            yield "%s stays at %d, as scaled by hand, and not at the inventory's %d: %s" % (
                name,
                number,
                wanted,
                "to change that, inv scale --process %s --workers default" % name,
            )


def _write(machine: Machine, path: str, content: str) -> None:
    if content:
        write_file(machine.path(path), content.encode("ascii"), RIGHTS)
    else:
        remove_entry(machine.path(path))
