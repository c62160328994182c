"""Who did what to an app, when, and how it ended: one JSON line each, in ``<root>/history.jsonl``."""

from __future__ import annotations

import json
import os
import time
from typing import Any, Dict, List

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.disk.entry import append, make_directories
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.release.layout import App

ALWAYS_THERE = {"time", "command", "outcome"}


def now() -> str:
    """This moment in UTC, as RFC 3339 writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def remember(machine: Machine, app: App, entry: Dict[str, Any]) -> None:
    """Add *entry* with the time to the app's history."""
    path = machine.path(app.history)
    make_directories(os.path.dirname(path), "0755")
    append(path, json.dumps({"time": now(), **entry}).encode("ascii") + b"\n", 0o640)


def recall(machine: Machine, app: App) -> List[Dict[str, Any]]:
    """All entries, oldest first; a line that is not whole, or tells none of what all do, is left out."""
    try:
        with reading(machine.path(app.history), errors="replace") as file:
            lines = file.readlines()
    except OSError:
        return []
    return [entry for entry in map(_parsed, lines) if entry]


def _parsed(line: str) -> Dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) and entry.keys() >= ALWAYS_THERE else {}
