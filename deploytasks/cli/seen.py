"""What is found in the source of an app that nobody has written an inventory for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from deploytasks.agent.conversation.visible import visible
from deploytasks.agent.frozen import frozen
from deploytasks.errors import SourceError
from deploytasks.source import Source, collected_static, detect_callable, find_requirements
from deploytasks.source.advice.cautions import Caution, cautions
from deploytasks.source.advice.products import large_products
from deploytasks.source.advice.proposal import Proposal
from deploytasks.source.advice.proposals import proposals
from deploytasks.source.code.app_ref import AppRef
from deploytasks.source.requirements.requirements import Requirements

Found = TypeVar("Found")


@frozen
class Seen:
    """What was found in a source, or why it was not."""

    app: AppRef | None
    requirements: Requirements | None
    why_no_app: str
    why_no_requirements: str
    proposals: tuple[Proposal, ...]
    cautions: tuple[Caution, ...]
    large: tuple[str, ...]

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
        large = tuple(large_products(tree))
        return cls(app, requirements, why_no_app, why_no_requirements, found, thoughts, large)

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
        yield from (f"think of: {thought}" for thought in (*self.cautions, *self.large))


def _tried(find: Callable[[], Found]) -> tuple[Found | None, str]:
    """What *find* gives, or why it gives nothing."""
    try:
        return find(), ""
    except SourceError as error:
        return None, str(error)


def _comment(text: str) -> str:
    return "\n".join(f"# {visible(line)}" for line in text.splitlines())
