"""The exception of a secret source that has no answer; users see the ``VariableError`` that it becomes."""

from __future__ import annotations


class Unanswered(Exception):
    """Why there is no secret, in a few words that hold nothing secret, and what to do if the source does not know."""

    def __init__(self, why: str, advice: str = "") -> None:
        super().__init__(why)
        self.advice = advice
