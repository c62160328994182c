"""Who did what to an app, when, and how it ended: one JSON line each, in ``<root>/history.jsonl``."""

from __future__ import annotations

import json
import os
import time
from typing import Any, Dict, List

from deploytasks.agent.files.blame import blamed_on
from deploytasks.agent.layout import App
from deploytasks.agent.machine import Machine

ALWAYS_THERE = {"time", "command", "outcome"}


def now() -> str:
    """This moment in UTC, as RFC 3339 writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def remember(machine: Machine, app: App, entry: Dict[str, Any]) -> None:
    """Add *entry* with the time to the app's history."""
    path = machine.path(app.history)
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    with blamed_on(path), open(descriptor, "a", encoding="ascii") as file:
        file.write(json.dumps({"time": now(), **entry}) + "\n")
        file.flush()
        os.fsync(file.fileno())


def recall(machine: Machine, app: App) -> List[Dict[str, Any]]:
    """All entries, oldest first; a line that is not whole, or tells none of what all do, is left out."""
    try:
        with open(machine.path(app.history), encoding="utf-8", errors="replace") as file:
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
