"""A release that is to come beside the one that serves, for who asks what a deploy would change."""

from __future__ import annotations

import os
from typing import Any, Dict, Iterator, Mapping, Optional, Tuple

from deploytasks.agent.disk.directory_handle import reading_bytes
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.plan import Plan, Step
from deploytasks.agent.engine.resource import Change, Resource, describe, rebuild
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.file import File
from deploytasks.agent.files.manifest import Entry, Manifest
from deploytasks.agent.files.tree import Tree
from deploytasks.agent.frozen import frozen
from deploytasks.agent.python.environment import SEALED
from deploytasks.agent.python.packages import in_lock, in_requirements, installed_in, told_apart
from deploytasks.agent.python.python_venv import PythonVenv
from deploytasks.agent.release.file_lines import bounded, changed_lines, content_at, shown, text_of
from deploytasks.agent.release.layout import Release
from deploytasks.agent.release.recorded import recorded_plan
from deploytasks.agent.release.recorded_plan import RecordedPlan
from deploytasks.agent.services.environment_file import decode_env
from deploytasks.agent.services.unit import DIRECTORY, Unit


class NothingServes:
    """Everything is new, which needs no explanation."""

    def in_place(self, resource: Resource) -> Resource:
        return resource

    def explained(self, step: Step, resource: Resource, change: Change) -> Optional[str]:
        del step, resource, change
        return ""


@frozen
class WithServing:
    """The plan of the release *coming*, against what *serving* has; with *diff*, files are compared line by line."""

    machine: Machine
    serving: Release
    coming: str
    diff: bool = False

    def in_place(self, resource: Resource) -> Resource:
        resource = self._with_content(resource)
        described = describe(resource)
        args = self._moved(described["args"])
        return rebuild({**described, "args": args}) if args != described["args"] else resource

    def explained(self, step: Step, resource: Resource, change: Change) -> Optional[str]:
        if isinstance(resource, Tree):
            return "\n".join(bounded(self._files(resource))) or None
        if isinstance(resource, RecordedPlan):
            return "%s → a new release" % self.serving.name
        if isinstance(resource, PythonVenv):
            return "\n".join(bounded(self._packages(resource))) or None
        if isinstance(resource, File) and step.sensitive:
            return "\n".join(self._variables(resource, change)) or None
        return None if self.diff else _of_whole_file(step, change) or None

    def _with_content(self, resource: Resource) -> Resource:
        """A file whose content came apart from the plan may name the release in it."""
        if not isinstance(resource, File) or resource.content is not None:
            return resource
        content = self.machine.blobs.peek(resource.digest)
        if content is None or self.coming.encode("ascii") not in content:
            return resource
        moved = self._moved(content.decode("utf-8", "surrogateescape"))
        return type(resource)(resource.path, moved, resource.mode, resource.owner, resource.group)

    def _moved(self, value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(self.coming, self.serving.name)
        if isinstance(value, (list, tuple)):
            return tuple(self._moved(item) for item in value)
        if isinstance(value, dict):
            return {self._moved(key): self._moved(item) for key, item in value.items()}
        return value

    def _files(self, tree: Tree) -> Iterator[str]:
        old = _entries(_read(self.machine.path(tree.manifest)))
        new = _entries(self.machine.blobs.peek(tree.digest))
        for path in sorted({*old, *new}) if new else ():
            before, after = old.get(path), new.get(path)
            if before == after:
                continue
            told = "%s %s" % ("A" if before is None else "D" if after is None else "M", shown(path))
            modes = " (mode %s → %s)" % (before.mode, after.mode) if before and after else ""
            yield told + modes * (before is not None and after is not None and before.mode != after.mode)
            if self.diff and after and after.is_file:
                yield from self._changed_lines(tree, before, after)

    def _changed_lines(self, tree: Tree, before: Optional[Entry], after: Entry) -> Iterator[str]:
        old = content_at(os.path.join(os.fsencode(self.machine.path(tree.path)), after.path))
        new = self.machine.blobs.peek(after.digest)
        return changed_lines(shown(after.path), old, new, is_new=before is None)

    def _packages(self, venv: PythonVenv) -> Iterator[str]:
        """What is required otherwise than by the release that serves; what that brings along, nobody knows yet."""
        served = next(
            (step.resource for step in self._served_steps() if isinstance(step.resource, PythonVenv)), None
        )
        if served is None:
            return
        old, new = self._required(served), self._required(venv)
        if old is not None and new is not None:
            installed = installed_in(self.machine.path(served.path))
            yield from told_apart(old, new, installed, whole=venv.form != "requirements")

    def _served_steps(self) -> Tuple[Step, ...]:
        try:
            plan: Plan = recorded_plan(self.machine, self.serving)
        except StepError:
            return ()
        return plan.steps

    def _required(self, venv: PythonVenv) -> Optional[Dict[str, str]]:
        """The packages by name, with their versions or what else is said of them; None when a text is not there."""
        found: Dict[str, str] = {}
        for _, text in venv.requirements:
            content = (
                text_of(self.machine.blobs.peek(text[len(SEALED) :])) if text.startswith(SEALED) else text
            )
            if content is None:
                return None
            found.update(in_requirements(content) if venv.form == "requirements" else in_lock(content))
        found.update(pair for word in venv.extra for pair in in_requirements(word))
        return found

    def _variables(self, file: File, change: Change) -> Iterator[str]:
        """The names of an environment's variables that come, go or change."""
        new = text_of(self.machine.blobs.peek(file.digest)) if file.content is None else str(file.content)
        old: Mapping[str, str] = decode_env((change.before or {}).get("content", ""))
        coming: Mapping[str, str] = decode_env(new or "")
        if not old or not coming:
            return
        for name in sorted({*old, *coming}):
            if name not in old:
                yield "+ %s" % name
            elif name not in coming:
                yield "- %s" % name
            elif old[name] != coming[name]:
                yield "%s differs" % name


def _of_whole_file(step: Step, change: Change) -> str:
    """A file that comes or goes, in one line; else empty."""
    resource = step.resource
    if not isinstance(resource, (File, Unit)) or (change.before is None) == (change.after is None):
        return ""
    path = resource.path if isinstance(resource, File) else "%s/%s" % (DIRECTORY, resource.name)
    return "%s %s" % ("A" if change.before is None else "D", path)


def _entries(content: Optional[bytes]) -> Dict[bytes, Entry]:
    try:
        return {entry.path: entry for entry in Manifest.parse(content or b"").entries}
    except ValueError:
        return {}


def _read(path: str) -> Optional[bytes]:
    try:
        with reading_bytes(path) as file:
            return file.read()
    except OSError:
        return None
