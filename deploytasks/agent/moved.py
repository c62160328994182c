"""Modules of ours by the names that they had in the first versions.

A release keeps the sources of a user's own types. These may import any module of the agent's, by the name that it had
when they were deployed; a rollback imports them still.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Optional

from deploytasks.agent.renamed import TYPES

AGENT = "deploytasks.agent."
GONE = ("app", "resources", "system")
"""Packages that there were."""
ROOMS = (
    *("disk", "engine", "files", "accounts", "packages", "services", "firewall", "web", "docker", "python"),
    *("databases", "programs", "release", "release.runtime"),
)
FROM_FILES = ("blame", "blobs", "digest", "directory_handle")
FROM_ROOT = ("diff", "facts", "journal", "layout", "plan", "survey", "undo")
RENAMED = {
    "app.processes": "release.runtime.process_units",
    "no_files": "release.absent_files",
    "no_units": "release.runtime.absent_units",
    "no_user": "accounts.absent_user",
    "withdrawn": "files.absent_managed",
}
"""What has another name by now, wherever it lay when that is written alone."""


class Moved:
    """Finds those modules (importlib.abc, ``MetaPathFinder``) after everybody else has been asked."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Optional[ModuleSpec]:
        del path, target
        old = name[len(AGENT) :] if name.startswith(AGENT) else ""
        if old in GONE:
            return ModuleSpec(name, None, is_package=True)
        now = _now(old)
        loader: Any = _Alias(now)
        return ModuleSpec(name, loader) if now else None


class _Alias:
    """Loads the module *now* in the place of one that there was."""

    def __init__(self, now: str) -> None:
        self._now = now

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        del spec
        return import_module(self._now)

    def exec_module(self, module: ModuleType) -> None:
        for former, now in TYPES.items():
            if hasattr(module, now):
                setattr(module, former, getattr(module, now))


def know_old_names() -> None:
    """From now on modules are found by their old names, too."""
    if not any(isinstance(finder, Moved) for finder in sys.meta_path):
        sys.meta_path.append(Moved())


def _now(old: str) -> str:
    """The module that was called *old*, below the agent's package; empty when there was none."""
    package, _, name = old.rpartition(".")
    renamed = RENAMED.get(old) or (RENAMED.get(name) if package in (*GONE, *ROOMS) else None)
    if not (renamed or package in GONE or (package == "files" and name in FROM_FILES) or old in FROM_ROOT):
        return ""
    candidates = [renamed] if renamed else ["%s.%s" % (room, name) for room in ROOMS]
    return next((AGENT + there for there in candidates if find_spec(AGENT + there)), "")
