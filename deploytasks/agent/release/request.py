"""What a controller says first: what it asks, for whom, about which app, and how."""

from __future__ import annotations

from typing import Any, ClassVar, Dict, NamedTuple, Optional, Sequence

from deploytasks.agent.release.layout import App


class Question:
    """What is asked of an agent; the command of the same name answers it, and its fields are what that wants to know.

    When the answer to one that *changes* something is lost, the host may have changed. One that is *asked_by_project*
    comes with the project's identity. While one *prints*, a command's output arrives as it is. Where a plan follows,
    it is of *types*, or of some of them: the host reads them while the controller makes it.
    """

    ask: ClassVar[str]
    changes: ClassVar[bool] = False
    asked_by_project: ClassVar[bool] = False
    prints: ClassVar[bool] = False
    types: Sequence[str] = ()

    def __init_subclass__(cls) -> None:
        cls.ask = cls.__name__.lower()

    @property
    def most_lines(self) -> Optional[int]:
        """So many lines of a log are an answer at most; None when there is no such number."""
        return None


class Converge(Question):
    """Say hello, receive a plan and what it needs, and carry it out.

    The other questions are in ``questions.py``, which a deploy does without.
    """

    def __init__(self, types: Sequence[str] = ()) -> None:
        self.types = tuple(types)


class Request(NamedTuple):
    """The *question* that somebody (*by*) asks with *command*, about *app* of *project*, whose source is *source*.

    *check* changes nothing, and with *diff* tells how the lines of files differ. *lock_wait_s* seconds are waited for
    somebody else's work. A request that came as a file is carried out *by_hand*, and with *force* whatever serves by
    then. For tests, *failpoint* kills the agent after so many records of its journal.
    """

    question: Question
    command: str
    by: str
    source: str = ""
    project: str = ""
    app: Optional[App] = None
    check: bool = False
    diff: bool = False
    lock_wait_s: float = 0
    by_hand: bool = False
    force: bool = False
    failpoint: int = 0

    def to_json(self) -> Dict[str, Any]:
        question = {"ask": self.question.ask, **vars(self.question)}
        return {**self._asdict(), "question": question, "app": vars(self.app) if self.app else None}
