from __future__ import annotations

from itertools import count

import pytest
from rich.console import Console

from deploytasks.agent.engine.events import Ended, Note, Outcome, StepDone, StepStarted
from deploytasks.report import WOULD, HostRecap, Recap
from deploytasks.report.live import LiveReporter
from deploytasks.report.page import Line, Span, Tone
from deploytasks.report.terminal import draw

STORY = r"""prod1   note     waiting for ann's deploy
prod1   changed  nginx: write the site  (0.02 s)
    --- site
    +++ site
    @@ -1 +1 @@
    -listen 80;
    +listen 8080;
prod10  failed   app: ask it  (30.0 s)
prod10  undone   nginx: write the site
prod10  stuck    app: start it, not undone: unit is masked
prod10  2026-11-21T10:15:00.123Z  web  GET / [bold]200[/bold]

prod1   changed  29 ok, 2 changed           0.55 s  12.3 kB sent  20261121T101500Z-3f9c2d1
prod10  failed   1 ok, 1 failed, 1 skipped  31.2 s  800 B sent

prod10 failed at "app: ask it"
    answered 500; expected 200-399
    | Traceback (most recent call last):
    |         File "wsgi.py"
    | ImportError: no \x1b[31mflask\x1b[0m
    put back: this host serves what it served before
    next: fix the cause, then inv deploy --host prod10

prod1  serves the new release; to take that back: inv rollback --host prod1

deploy failed after 31.7 s: 2 hosts, 1 changed, 1 failed
"""
REGION = """
⠋  prod1  app: build the venv  2.00 s         1 ok  1 changed  4.00 s
⠋  prod2  app: switch                         1 changed        3.00 s
✓  prod3  changed                                              1.00 s
✗  prod4  failed                              1 failed         1.00 s
·  prod5  waiting
"""


@pytest.fixture
def console(stream) -> Console:
    """Without a region, as a file has no lines that can be drawn anew."""
    return Console(file=stream, width=90, force_terminal=False, _environ={})


def ticking():
    seconds = count(100)
    return lambda: float(next(seconds))


def unpadded(text):
    return [line.rstrip() for line in text.splitlines()]


def test_what_scrolls_by_and_stays_is_the_story_and_a_table(console, stream, events, recap):
    reporter = LiveReporter(console, show_diff=True)
    reporter.begin("deploy", ["prod1", "prod10"])
    for host, event in events:
        reporter.event(host, event)
    reporter.recap(recap)
    assert unpadded(stream.getvalue()) == STORY.splitlines()


def test_the_region_says_what_each_host_is_at(stream):
    now = [96.0]
    console = Console(file=stream, width=69, _environ={})
    reporter = LiveReporter(console, clock=lambda: now[0])
    reporter.begin("deploy", ["prod1", "prod2", "prod3", "prod4", "prod5"])
    told = [
        (96.0, "prod1", StepDone("app", "create the user", "ok")),
        (97.0, "prod1", StepDone("app", "unpack", "changed")),
        (97.0, "prod2", StepDone("app", "switch", "changed")),
        (97.0, "prod3", Note("here")),
        (98.0, "prod3", Ended("changed")),
        (97.0, "prod4", StepDone("app", "ask it", "failed")),
        (98.0, "prod4", Ended("failed")),
        (98.0, "prod1", StepStarted("app", "build the venv")),
    ]
    for now[0], host, event in told:
        reporter.event(host, event)
    stream.truncate(stream.seek(0))
    now[0] = 100.0
    console.print(reporter.region())
    assert unpadded(stream.getvalue()) == REGION.splitlines()[1:]


def test_what_would_be_done_is_not_said_to_be_done(console, stream):
    reporter = LiveReporter(console, mood=WOULD)
    reporter.begin("check", ["a"])
    reporter.event("a", StepDone("app", "switch", "changed"))
    reporter.event("a", Ended("changed", changed=1))
    console.print(reporter.region())
    reporter.recap(Recap("check", 3, 1.0, {"a": HostRecap(Outcome.CHANGED, ok=1, changed=1)}))
    assert "changed" not in stream.getvalue()
    assert "a  would    app: switch" in stream.getvalue()
    assert "a  would change  1 ok, 1 would change" in stream.getvalue()


def test_more_hosts_than_fit_are_counted_and_those_at_work_or_waiting_stay(console, stream):
    reporter = LiveReporter(console, clock=ticking())
    hosts = [f"h{number:02}" for number in range(20)]
    reporter.begin("deploy", hosts)
    for host in hosts[:4]:
        reporter.event(host, Ended("ok"))
    reporter.event("h19", StepStarted("app", "build"))
    console.print(reporter.region())
    lines = unpadded(stream.getvalue())
    assert [line.split()[1] for line in lines[:-1]] == [*(f"h{number:02}" for number in range(4, 15)), "h19"]
    assert lines[-1].strip() == "and 8 hosts more"


def test_a_host_that_was_not_announced_is_drawn_all_the_same(console):
    reporter = LiveReporter(console)
    reporter.event("late", StepDone("app", "switch", "changed"))
    assert reporter.region().row_count == 1


def test_colour_comes_from_us_and_never_from_the_text(stream):
    console = Console(file=stream, force_terminal=True, color_system="standard", _environ={})
    draw(console, [Line.of(Span("[red]:smile:\x1b[31m 42", Tone.BAD), " 42")])
    assert stream.getvalue() == "\x1b[1;31m[red]:smile:\\x1b[31m 42\x1b[0m 42\n"


def test_a_command_that_shows_the_apps_own_output_has_no_region(stream):
    reporter = LiveReporter(Console(file=stream, force_terminal=True, _environ={}))
    reporter.begin("logs", ["a"])
    reporter.recap(Recap("logs", 0, 1.0, {"a": HostRecap(Outcome.OK)}))
    assert stream.getvalue() == ""
