"""A task does not look for garbage all the time, and whoever called it does as before."""

from __future__ import annotations

import gc

import pytest

from deploytasks.cli.collector import SELDOM, seldom_collecting


def test_what_was_set_counts_again_after_the_task():
    before = gc.get_threshold()
    with seldom_collecting():
        assert gc.get_threshold() == (SELDOM, *before[1:])
    assert gc.get_threshold() == before


def test_a_task_that_fails_changes_nothing_either():
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="broken"), seldom_collecting():
        raise ValueError("broken")
    assert (gc.get_threshold(), gc.isenabled()) == (before, True)
