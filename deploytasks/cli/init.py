"""The first files of a project that is to be deployed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from deploytasks.agent.conversation.visible import visible
from deploytasks.errors import SourceError
from deploytasks.here import expanded
from deploytasks.source import Source, collected_static, detect_callable, find_requirements
from deploytasks.source.app_ref import AppRef
from deploytasks.source.cautions import Caution, cautions
from deploytasks.source.ignore import DEPLOYIGNORE as DEPLOYIGNORE_FILE
from deploytasks.source.proposal import Proposal
from deploytasks.source.proposals import proposals
from deploytasks.source.requirements import Requirements

Found = TypeVar("Found")

TASKS = '''"""inv deploy, inv rollback, inv logs --tail: see inv --list."""

from deploytasks.tasks import ns

__all__ = ["ns"]
'''

INVENTORY = """\
# Where {name} goes; Ansible's INI format. Try it: inv target.up --name target
[web]
prod1 ansible_host=prod1.example.org ansible_user=deploy

[all:vars]
app_name={name}
app_source={source}
{app}
{requirements}
nginx_server_name=_
"""


DEPLOYIGNORE = """\
# What stays at home besides what .gitignore names, written in the same way (gitignore(5)).
/tasks.py
/inventory.ini
/group_vars/
/host_vars/
/.cache/
*.pyz
.env
.env.*
!.env.example
!.env.sample
!.env.template
"""
PRIVATE = 0o600


def write_first_files(source: str) -> None:
    """Write ``tasks.py`` and ``inventory.ini`` here for the app in *source*; files that exist are left alone.

    A ``.deployignore`` in *source* keeps them, and the secrets in them, from the hosts. What was not found stands in
    the inventory as a comment with what to write. Raises ``SourceError`` for a directory that cannot be one of an app.
    """
    root = expanded(source).resolve()
    if not root.is_dir():
        raise SourceError(f"{source}: no such directory; name that of the app")
    kept_back = _write(root / DEPLOYIGNORE_FILE, DEPLOYIGNORE)
    seen = Seen.of(source)
    inventory = INVENTORY.format(
        name=app_name(root.name), source=source, app=seen.app_lines, requirements=seen.requirement_lines
    )
    text = "\n".join([inventory, *(f"{proposal}\n" for proposal in seen.proposals)])
    outcomes = [_write(Path("tasks.py"), TASKS), _write(Path("inventory.ini"), text), kept_back]
    if not any(outcome.startswith("wrote") for outcome in outcomes):
        raise SourceError("tasks.py and inventory.ini are here already; nothing was written")
    for line in (*outcomes, *seen.told, *_closed(root / ".env"), seen.next):
        print(visible(line))


@dataclass(frozen=True)
class Seen:
    """What was found in a source, or why it was not."""

    app: AppRef | None
    requirements: Requirements | None
    why_no_app: str
    why_no_requirements: str
    proposals: tuple[Proposal, ...]
    cautions: tuple[Caution, ...]

    @classmethod
    def of(cls, source: str) -> Seen:
        """Raises ``SourceError`` for files that may not travel, such as keys."""
        tree = Source.scan(source)
        requirements, why_no_requirements = _tried(lambda: find_requirements(tree.directory))
        names = requirements.names if requirements else frozenset()
        app, why_no_app = _tried(lambda: detect_callable(tree.directory, None, names))
        paths = [entry.name for entry in tree.manifest]
        framework = app.framework if app else ""
        found = tuple(proposals(tree.directory, paths, names, framework))
        collected = collected_static(tree.directory, app) if app else ""
        thoughts = cautions(tree.directory, paths, names, framework, collected)
        return cls(app, requirements, why_no_app, why_no_requirements, found, thoughts)

    @property
    def is_asking(self) -> bool:
        """Whether a person has to write something that was not found."""
        return not (self.app and self.requirements)

    @property
    def app_lines(self) -> str:
        """Which app it is."""
        if self.app is None:
            return f"{_comment(self.why_no_app)}\n# app_callable=MODULE:NAME"
        return f"{_comment(f'found in {self.app.found}')}\napp_callable={self.app}"

    @property
    def requirement_lines(self) -> str:
        """What gets installed."""
        if self.requirements is None:
            return f"{_comment(self.why_no_requirements)}\n# app_requirements=none"
        return _comment(f"what gets installed is in {self.requirements.found}")

    @property
    def next(self) -> str:
        """What a person does now."""
        first = "decide what inventory.ini asks, " if self.is_asking else ""
        return f"next: {first}put your host into inventory.ini, then: inv check"

    @property
    def told(self) -> Iterator[str]:
        """What people should know, a line each."""
        if self.app:
            yield f"found {self.app} ({self.app.framework}) in {self.app.found}"
        else:
            yield "no app was found; inventory.ini says what was looked at"
        if self.requirements is None:
            yield "what the app needs installed was not found; inventory.ini says how to name it"
        yield from (f"proposed: {proposal.line.partition(chr(10))[0]}" for proposal in self.proposals)
        yield from (f"think of: {caution}" for caution in self.cautions)


def _tried(find: Callable[[], Found]) -> tuple[Found | None, str]:
    """What *find* gives, or why it gives nothing."""
    try:
        return find(), ""
    except SourceError as error:
        return None, str(error)


def _comment(text: str) -> str:
    return "\n".join(f"# {visible(line)}" for line in text.splitlines())


def _closed(env: Path) -> Iterator[str]:
    """Nobody else may read *env*, if that is there."""
    if env.is_file() and env.stat().st_mode & ~PRIVATE & 0o777:
        env.chmod(PRIVATE)
        yield f"{env.name} is for you alone now (0600): it has secrets"


def app_name(directory: str) -> str:
    """A name for the app in a directory of that name."""
    name = re.sub(r"[^a-z0-9]+", "-", directory.lower()).strip("-")[:31].strip("-")
    return name if re.match(r"[a-z]", name) else f"app-{name}".strip("-")


def _write(path: Path, text: str) -> str:
    """What became of *path*, which is left alone when it is there."""
    if path.exists():
        return f"{path.name} is here already; left as it is"
    path.write_text(text, encoding="utf-8")
    return f"wrote {path.name}"
