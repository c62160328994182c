"""Python's cyclic garbage collector (gc), told what a command line is like."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = 100_000
"""New objects between two collections; Python's own is 700."""


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """While a task runs, garbage is looked for seldom, and not at all when Python ends.

    What is imported lives to the end, and is most of what there is: looking through it again and again takes
    a tenth of a second of a deploy that changes nothing.
    """
    before = gc.get_threshold()
    gc.set_threshold(SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.freeze()
