"""What serves beside what its own release has recorded."""

from __future__ import annotations

import os
from typing import Iterator, Optional

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.plan import Step
from deploytasks.agent.engine.resource import Change, Resource
from deploytasks.agent.files.manifest import Entry
from deploytasks.agent.files.tree import Tree, differences, hold_tree
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.file_lines import bounded, changed_lines, content_at, shown
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.releases import kept_releases

GONE = "  (no lines are shown: no release here has it any more as it was)"


@frozen
class WithRecord:
    """How the files of *app* differ from what was recorded.

    What a file was is known as long as another release here holds it. Of what is not recorded at all, nothing but the
    name is told: it was never given to anybody.
    """

    machine: Machine
    app: App

    def in_place(self, resource: Resource) -> Resource:
        return resource

    def explained(self, step: Step, resource: Resource, change: Change) -> Optional[str]:
        del step, change
        return "\n".join(bounded(self._files(resource))) or None if isinstance(resource, Tree) else None

    def _files(self, tree: Tree) -> Iterator[str]:
        place = self.machine.path(tree.path)
        listed = tree.listed(self.machine)
        if listed is None or not os.path.isdir(place):
            return
        self._hold_releases()
        entries = {entry.path: entry for entry in listed.entries}
        for path in sorted(differences(place, listed, tree.beside)):
            there = os.path.join(os.fsencode(place), path)
            if path not in entries:
                yield "A %s" % shown(path)
            elif not os.path.lexists(there):
                yield "D %s" % shown(path)
            else:
                yield "M %s" % shown(path)
                yield from self._changed_lines(entries[path], there)

    def _changed_lines(self, entry: Entry, there: bytes) -> Iterator[str]:
        recorded = self.machine.blobs.peek(entry.digest)
        if recorded is None:
            return iter([GONE] if entry.is_file else [])
        return changed_lines(shown(entry.path), content_at(there), recorded)

    def _hold_releases(self) -> None:
        for kept in kept_releases(self.machine, self.app):
            release = self.app.release(kept.name)
            hold_tree(self.machine, release.code, release.manifest)
