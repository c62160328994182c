"""The agent is written in Python 3.8."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from deploytasks import agent

FLOOR = (3, 8)
SOURCES = sorted(Path(agent.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_the_source_is_python_3_8(source):
    ast.parse(source.read_text(encoding="utf-8"), feature_version=FLOOR)
