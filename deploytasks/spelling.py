"""The name that somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, choices: Iterable[str], likeness: float = 0.6) -> str:
    """``; did you mean "web"?`` for the choice nearest to *word*, or the empty text when none is near.

    *likeness* is the least share of letters in common, 0 to 1, as `difflib.get_close_matches` counts it.
    """
    by_folded = {choice.casefold(): choice for choice in choices if choice != word}
    near = get_close_matches(word.casefold(), by_folded, n=1, cutoff=likeness)
    return f'; did you mean "{by_folded[near[0]]}"?' if near else ""
