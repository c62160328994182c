"""The record that makes a plan a release."""

from __future__ import annotations

import json

from deploytasks.agent.disk.entry import read_entry, remove_entry, write_file
from deploytasks.agent.engine.format import FORMAT
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.releases import current_release, kept_releases


@frozen
class RecordedPlan(Resource):
    """The plan being carried out is kept in its release, with who deployed it and what served before; 0600."""

    app_name: str
    app_root: str
    app_user: str
    release: str
    digest: str

    @property
    def app(self) -> App:
        return App(self.app_name, self.app_root, self.app_user)

    def desired(self) -> State:
        return {"plan": self.digest}

    def inspect(self, machine: Machine) -> State:
        entry = read_entry(machine.path(self.app.release(self.release).plan))
        if entry is None or entry["kind"] != "file":
            return None
        try:
            return {"plan": json.loads(entry["content"])["plan"]["digest"]}
        except (ValueError, KeyError, TypeError):
            return {"plan": "unreadable"}

    def apply(self, machine: Machine, change: Change) -> None:
        path = machine.path(self.app.release(self.release).plan)
        if change.after is None:
            remove_entry(path)
            return
        kept = [release for release in kept_releases(machine, self.app) if release.name != self.release]
        record = {
            "format": FORMAT,
            **machine.recording,
            "plan": {**machine.recording["plan"], "app": vars(self.app)},
            "previous": current_release(machine, self.app),
            "sequence": max((release.sequence for release in kept), default=0) + 1,
        }
        write_file(path, json.dumps(record, sort_keys=True).encode("ascii"), {"mode": "0600"})
