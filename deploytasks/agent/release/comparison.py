"""A release that is to come beside the one that serves, for who asks what a deploy would change."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass
from typing import Any, Dict, Iterator, Mapping, Optional, Tuple

from deploytasks.agent.disk.directory_handle import reading_bytes
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.plan import Plan, Step
from deploytasks.agent.engine.resource import Change, Resource, describe, rebuild
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.file import File
from deploytasks.agent.files.manifest import Entry, Manifest
from deploytasks.agent.files.tree import Tree
from deploytasks.agent.python.python_venv import SEALED, PythonVenv
from deploytasks.agent.release.layout import Release
from deploytasks.agent.release.recorded import recorded_plan
from deploytasks.agent.release.recorded_plan import RecordedPlan
from deploytasks.agent.services.environment_file import decode_env

MOST_LINES = 200
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*==\s*([^\s;\\]+)")
REQUIRED = re.compile(r"^([A-Za-z0-9][\w.-]*)\s*(.*)$")
LOCKED = re.compile(r'^\[\[packages?\]\]\s+name = "([^"]+)"\s+version = "([^"]+)"', re.MULTILINE)
"""A package of a uv.lock or of a pylock.toml."""


class NothingServes:
    """Everything is new, which needs no explanation."""

    def in_place(self, resource: Resource) -> Resource:
        return resource

    def explained(self, step: Step, resource: Resource, change: Change) -> Optional[str]:
        del step, resource, change
        return ""


@dataclass(frozen=True)
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
            return "\n".join(_shortened(self._files(resource))) or None
        if isinstance(resource, RecordedPlan):
            return "%s → a new release" % self.serving.name
        if isinstance(resource, PythonVenv):
            return "\n".join(_shortened(self._packages(resource))) or None
        if isinstance(resource, File) and step.sensitive:
            return "\n".join(self._variables(resource, change)) or None
        return None

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
            told = "%s %s" % ("A" if before is None else "D" if after is None else "M", _shown(path))
            modes = " (mode %s → %s)" % (before.mode, after.mode) if before and after else ""
            yield told + modes * (before is not None and after is not None and before.mode != after.mode)
            if self.diff and before and after:
                yield from self._changed_lines(
                    os.path.join(os.fsencode(self.machine.path(tree.path)), path), after
                )

    def _changed_lines(self, place: bytes, after: Entry) -> Iterator[str]:
        old, new = _text(_read(os.fsdecode(place))), _text(self.machine.blobs.peek(after.digest))
        if old is None or new is None:
            return
        name = _shown(after.path)
        yield from difflib.unified_diff(old.splitlines(), new.splitlines(), name, name, lineterm="")

    def _packages(self, venv: PythonVenv) -> Iterator[str]:
        """What is required otherwise than by the release that serves; what that brings along, nobody knows yet."""
        served = next(
            (step.resource for step in self._served_steps() if isinstance(step.resource, PythonVenv)), None
        )
        if served is None:
            return
        old, new = self._required(served), self._required(venv)
        if old is None or new is None:
            return
        for name in sorted({*old, *new}):
            before, after = old.get(name), new.get(name)
            if before == after:
                continue
            if before is None or after is None:
                yield ("+ %s %s" if before is None else "- %s %s") % (name, after or before or "")
            else:
                yield "%s %s → %s" % (name, before, after)

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
            content = _text(self.machine.blobs.peek(text[len(SEALED) :])) if text.startswith(SEALED) else text
            if content is None:
                return None
            found.update(LOCKED.findall(content) if venv.form != "requirements" else _lines_of(content))
        found.update(pair for word in venv.extra for pair in _lines_of(word))
        return found

    def _variables(self, file: File, change: Change) -> Iterator[str]:
        """The names of an environment's variables that come, go or change."""
        new = _text(self.machine.blobs.peek(file.digest)) if file.content is None else str(file.content)
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


def _lines_of(text: str) -> Iterator[Tuple[str, str]]:
    for line in text.replace("\\\n", " ").splitlines():
        plain = line.split(" #")[0].split(" --hash")[0].strip()
        found = PINNED.match(plain) or REQUIRED.match(plain)
        if found:
            yield found.group(1).lower().replace("_", "-"), found.group(2).strip()


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


def _text(content: Optional[bytes]) -> Optional[str]:
    """None for what is not there, or no text."""
    if content is None or b"\0" in content:
        return None
    return content.decode("utf-8", "replace")


def _shown(path: bytes) -> str:
    text = path.decode("utf-8", "backslashreplace")
    return text if text.isprintable() else repr(text)[1:-1]


def _shortened(lines: Iterator[str]) -> Iterator[str]:
    every = list(lines)
    yield from every[:MOST_LINES]
    if len(every) > MOST_LINES:
        yield "and %d lines more" % (len(every) - MOST_LINES)
