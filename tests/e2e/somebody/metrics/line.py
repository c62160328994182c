"""Somebody's own resource type: a line of a file."""

from __future__ import annotations

from dataclasses import dataclass

from deploytasks.agent.files.entry import read_entry, write_entry
from deploytasks.agent.machine import Machine
from deploytasks.agent.resource import Change, Resource, State


@dataclass(frozen=True)
class Line(Resource):
    """The file at *path* has the line *text*."""

    path: str
    text: str

    def desired(self) -> State:
        return {"present": True}

    def inspect(self, machine: Machine) -> State:
        entry = read_entry(machine.path(self.path)) or {}
        return {"present": self.text in entry.get("content", "").splitlines()}

    def apply(self, machine: Machine, change: Change) -> None:
        entry = read_entry(machine.path(self.path)) or {"kind": "file", "content": "", "mode": "0644"}
        lines = [line for line in entry["content"].splitlines() if line != self.text]
        if change.after and change.after["present"]:
            lines.append(self.text)
        write_entry(machine.path(self.path), {**entry, "content": "\n".join([*lines, ""])})
