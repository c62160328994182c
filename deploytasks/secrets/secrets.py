"""All secrets that a run needs: asked for at once, once, and kept in memory alone."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.secrets.reference import Reference
from deploytasks.secrets.unanswered import Unanswered

if TYPE_CHECKING:
    from deploytasks.secrets.program import Programs

LIMIT_S = 60.0
"""Long enough for a person to unlock a store with a finger, short enough for a pipeline."""
AT_A_TIME = 8
GRACE_S = 5


@frozen
class Answer:
    """The *secret*, or why there is none."""

    secret: str = field(default="", repr=False)
    error: str = ""


class Secrets:
    """What sources have answered in one run; each is asked for a secret once, and has *limit_s* seconds."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._answers: dict[Reference, Answer] = {}

    def ask(self, references: Iterable[Reference]) -> Mapping[Reference, Answer]:
        """The answers to all *references*; those not known yet are asked for, some at a time."""
        wanted = [*dict.fromkeys(references)]
        new = [reference for reference in wanted if reference not in self._answers]
        if new:
            self._answers.update(self._asked(new))
        return {reference: self._answers[reference] for reference in wanted}

    def _asked(self, references: list[Reference]) -> dict[Reference, Answer]:
        waiting: queue.SimpleQueue[Reference] = queue.SimpleQueue()
        answered: queue.SimpleQueue[tuple[Reference, Answer]] = queue.SimpleQueue()
        for reference in references:
            waiting.put(reference)
        programs = self._programs
        for _ in range(min(AT_A_TIME, len(references))):
            # A source of somebody's own may never come back: nobody waits for such a thread at the end.
            threading.Thread(target=self._work, args=(programs, waiting, answered), daemon=True).start()
        try:
            return self._collected(references, answered)
        finally:
            programs.stop()

    @cached_property
    def _programs(self) -> Programs:
        """Not imported by a run that names no secrets, as most do."""
        from deploytasks.secrets.program import Programs

        return Programs(self._limit_s)

    @staticmethod
    def _work(
        programs: Programs,
        waiting: queue.SimpleQueue[Reference],
        answered: queue.SimpleQueue[tuple[Reference, Answer]],
    ) -> None:
        while True:
            try:
                reference = waiting.get_nowait()
            except queue.Empty:
                return
            answered.put((reference, _answer(reference, programs)))

    def _collected(
        self, references: list[Reference], answered: queue.SimpleQueue[tuple[Reference, Answer]]
    ) -> dict[Reference, Answer]:
        patience_s = self._limit_s * ceil(len(references) / AT_A_TIME) + GRACE_S
        late = Answer(error=f"no answer in {patience_s:g} s")
        answers = dict.fromkeys(references, late)
        for _ in references:
            try:
                reference, answer = answered.get(timeout=patience_s)
            except queue.Empty:
                break
            answers[reference] = answer
        return answers


def _answer(reference: Reference, programs: Programs) -> Answer:
    source = reference.source
    try:
        secret = source.ask(reference.rest, programs)
    except Unanswered as error:
        return Answer(error=f"{error}; {error.advice or source.advice(reference.rest)}")
    except Exception as error:  # noqa: BLE001  a source of somebody's own may raise anything, and show the secret
        return Answer(error=f"the source fails: {type(error).__name__}")
    return Answer(secret) if secret else Answer(error=f"is empty; {source.advice(reference.rest)}")
