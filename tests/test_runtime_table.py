"""The table of runtimes is what their docstrings say, and nothing in it is left open."""

from __future__ import annotations

import pytest

from deploytasks.planning.deployment import KINDS
from tests.runtime_table import ASKED, NAMES, PAGE, PLANNED, asked, planned, text, wanted


def test_the_page_is_as_the_source_has_it():
    assert PAGE.read_text(encoding="utf-8") == text(), "python -m tests.runtime_table writes it anew"


@pytest.mark.parametrize("verb", ASKED)
def test_every_runtime_says_how_it_does_what_it_is_asked(verb):
    assert "" not in [wanted(verb), *(asked(name, verb) for name in NAMES)]


@pytest.mark.parametrize("name", NAMES)
def test_every_role_says_what_it_plans(name):
    assert "" not in [planned(name, verb) for verb in PLANNED]


def test_what_a_runtimes_role_has_to_have_is_in_the_table():
    (kind,) = (kind for kind in KINDS if kind.variable == "runtime")
    assert {name for name in kind.has if name not in ("Vars", "brings_dependencies")} <= {*PLANNED}
