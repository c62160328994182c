from __future__ import annotations

from io import StringIO

import pytest

from deploytasks.report import reading_for
from deploytasks.report.reading import IN_PIPE_S, ON_TERMINAL_S, Reading

TOLD = "reading the source: 12 000 files, 1.2 GB"
CLEARED = "\r\x1b[1A\x1b[2K"
"""To the line above, and nothing is left of it (ECMA-48, CUU and EL)."""


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def at_once(reading, monkeypatch):
    """As if it had begun long ago."""
    monkeypatch.setattr(reading, "_due", 0.0)
    reading.tell(12_000, 1_234_000_000)
    return reading


@pytest.mark.parametrize(
    ("times_s", "told_at"),
    [(ON_TERMINAL_S, [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0]), (IN_PIPE_S, [5.0])],
)
def test_what_is_quick_is_not_told_and_what_takes_long_is(times_s, told_at):
    clock, heard = Clock(), []
    reading = Reading(lambda line: heard.append((clock.now, line.text)), times_s, clock=clock)
    for half_seconds in range(11):
        clock.now = half_seconds / 2
        reading.tell(12_000, 1_234_000_000)
    assert heard == [(at_s, TOLD) for at_s in told_at]


def test_a_terminal_keeps_nothing_of_it(terminal, monkeypatch):
    reading = at_once(reading_for(terminal.stdout, {"TERM": "xterm", "NO_COLOR": "1"}), monkeypatch)
    assert TOLD in terminal.seen()
    reading.end()
    assert terminal.seen().endswith(CLEARED)


def test_a_pipe_gets_lines(monkeypatch):
    stream = StringIO()
    at_once(reading_for(stream, {}), monkeypatch).end()
    assert stream.getvalue() == TOLD + "\n"
