"""Log lines of several hosts, as a person reads them."""

from __future__ import annotations

import io

import pytest

from deploytasks.agent.engine.events import LogLine
from deploytasks.report.merged import MergedLines
from deploytasks.report.recap import Recap


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb", "a\tb"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b1mred", "\\x9b1mred"),
        ("secret\b\b\b\b\b\bpublic\r", "secret" + "\\x08" * 6 + "public\\r"),
        ("\u202egnihton", "\\u202egnihton"),
        ("caf\u00e9 ☕", "caf\u00e9 ☕"),
    ],
)
def test_nothing_that_an_app_logs_moves_the_cursor(text, shown):
    stream = io.StringIO()
    merged = MergedLines(stream, {}, prefixed=False, json=False, follow=False)
    merged.begin("logs", ["a"])
    merged.event("a", LogLine("1.000000", "web", text))
    merged.recap(Recap("logs", 0, 0.1, {}))
    assert stream.getvalue().splitlines() == [shown]
