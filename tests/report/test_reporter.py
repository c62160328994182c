from __future__ import annotations

import subprocess
import sys
from io import StringIO

import pytest

from deploytasks.agent.engine.events import Outcome, StepDone
from deploytasks.report import HostRecap, QuietReporter, Recap, reporter_for, reporter_of_program
from deploytasks.report.jsonlines import JsonReporter
from deploytasks.report.live import LiveReporter
from deploytasks.report.plain import PlainReporter

DRAWING = {"TERM": "xterm-256color"}
WITHOUT_RICH = """
import io, sys
from deploytasks.report import reporter_for, tables
for json in (True, False):
    reporter_for(io.StringIO(), io.StringIO(), json=json, show_diff=True, environ={"TERM": "xterm"})
tables.show(tables.hosts({}), io.StringIO(), {"TERM": "xterm"})
print("rich" in sys.modules)
"""


def chosen(stdout, environ, *, json=False):
    return reporter_for(stdout, StringIO(), json=json, show_diff=False, environ=environ)


def run_on(terminal, environ):
    reporter = chosen(terminal.stdout, environ)
    reporter.begin("deploy", ["a"])
    reporter.event("a", StepDone("app", "switch", "changed"))
    reporter.recap(Recap("deploy", 0, 0.1, {"a": HostRecap(Outcome.CHANGED, changed=1)}))
    return terminal.seen()


def test_a_terminal_gets_the_live_view(terminal):
    assert isinstance(chosen(terminal.stdout, DRAWING), LiveReporter)


def test_a_pipe_gets_plain_lines():
    assert isinstance(chosen(StringIO(), DRAWING), PlainReporter)


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"TERM": ""}, {}])
def test_a_terminal_that_cannot_draw_gets_plain_lines(terminal, environ):
    assert isinstance(chosen(terminal.stdout, environ), PlainReporter)


def test_a_terminal_without_unicode_gets_plain_lines(terminal):
    terminal.stdout.reconfigure(encoding="latin-1")
    assert isinstance(chosen(terminal.stdout, DRAWING), PlainReporter)


def test_json_is_json_on_a_terminal_too(terminal):
    assert isinstance(chosen(terminal.stdout, DRAWING, json=True), JsonReporter)


def test_the_live_view_gives_the_cursor_back_and_has_colour(terminal):
    text = run_on(terminal, DRAWING)
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")
    assert "\x1b[33mchanged" in text


def test_no_color_takes_the_colour_and_leaves_the_words(terminal):
    text = run_on(terminal, {**DRAWING, "NO_COLOR": "1"})
    assert "changed" in text
    assert "\x1b[3" not in text


def test_scripts_and_pipes_do_not_wait_for_rich():
    done = subprocess.run([sys.executable, "-c", WITHOUT_RICH], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_quiet_reporter_says_nothing(capfd, events, recap):
    reporter = QuietReporter()
    reporter.begin("deploy", ["prod1"])
    for host, event in events:
        reporter.event(host, event)
    reporter.recap(recap)
    assert capfd.readouterr() == ("", "")


def test_a_program_of_ones_own_shows_its_run_on_a_terminal_and_names_no_command_of_ours(
    terminal, recap, monkeypatch
):
    monkeypatch.setenv("TERM", "xterm-256color")
    reporter = reporter_of_program(terminal.stdout, DRAWING)
    reporter.begin("deploy", ["prod1", "prod10"])
    reporter.recap(recap)
    seen = terminal.seen()
    assert "apply failed after" in seen
    assert "inv deploy" not in seen


def test_in_a_pipe_it_says_nothing():
    assert isinstance(reporter_of_program(StringIO(), DRAWING), QuietReporter)
