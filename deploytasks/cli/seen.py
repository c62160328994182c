"""What is found in the source of an app that nobody has written an inventory for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from deploytasks.agent.conversation.visible import visible
from deploytasks.agent.frozen import frozen
from deploytasks.errors import SourceError
from deploytasks.source import Source, collected_static, detect_callable, find_requirements
from deploytasks.source.advice.cautions import Caution, cautions
from deploytasks.source.advice.products import large_products
from deploytasks.source.advice.proposal import Proposal
from deploytasks.source.advice.proposals import proposals
from deploytasks.source.app.places import Place
from deploytasks.source.code.app_ref import AppRef
from deploytasks.source.code.modules import ROOTS
from deploytasks.source.requirements.requirements import Requirements

Found = TypeVar("Found")
NAMED_APP = "\n# app_callable=MODULE:NAME"


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
    directory: str = ""
    others: tuple[Place, ...] = ()

    @classmethod
    def of(cls, source: str, places: Sequence[Place] = ()) -> Seen:
        """What is in *source*, a repository that has an app in one of *places* if it has none itself.

        Raises ``SourceError`` for files that may not travel, such as keys.
        """
        tree = Source.scan(source)
        below = places[0].below if len(places) == 1 else ""
        requirements, why_no_requirements = _tried(lambda: find_requirements(tree.directory, below=below))
        names = requirements.names if requirements else frozenset()
        app, why_no_app = _tried(lambda: _app_of(tree.directory, names, places))
        paths = tree.paths
        framework = app.framework if app else ""
        below = app.directory if app and not below and app.directory not in ROOTS else below
        found = tuple(proposals(tree.directory, paths, names, framework, below))
        collected = collected_static(tree.directory, app) if app else ""
        thoughts = cautions(tree.directory, paths, names, framework, collected)
        large = tuple(large_products(tree))
        return cls(
            app,
            requirements,
            why_no_app,
            why_no_requirements,
            found,
            thoughts,
            large,
            below,
            tuple(places[1:] and places),
        )

    @property
    def is_asking(self) -> bool:
        """Whether a person has to write something that was not found."""
        return not (self.app and self.requirements)

    @property
    def app_lines(self) -> str:
        """Which app it is."""
        if self.app is None:
            others = "".join(f"\n# {visible(str(place))}" for place in self.others)
            return f"{_comment(self.why_no_app)}{others or NAMED_APP}"
        below = f"\napp_directory={self.directory}" if self.directory else ""
        return f"{_comment(f'found in {self.app.found}')}{below}\napp_callable={self.app}"

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
        elif self.others:
            found = ", ".join(place.app.found for place in self.others)
            yield f"several apps were found: {found}; inventory.ini has a line for each"
        else:
            yield "no app was found; inventory.ini says what was looked at"
        if self.requirements is None:
            yield "what the app needs installed was not found; inventory.ini says how to name it"
        yield from map(_told, self.proposals)
        yield from (f"think of: {thought}" for thought in (*self.cautions, *self.large))


def _app_of(directory: Path, names: frozenset[str], places: Sequence[Place]) -> AppRef:
    return places[0].app if len(places) == 1 else detect_callable(directory, None, names)


def _told(proposal: Proposal) -> str:
    """A proposal that a person has to take in first is told as such."""
    line = proposal.line.partition("\n")[0]
    return f"to decide: {line}, as a comment" if proposal.is_asked else f"proposed: {line}"


def _tried(find: Callable[[], Found]) -> tuple[Found | None, str]:
    """What *find* gives, or why it gives nothing."""
    try:
        return find(), ""
    except SourceError as error:
        return None, str(error)


def _comment(text: str) -> str:
    return "\n".join(f"# {visible(line)}" for line in text.splitlines())
