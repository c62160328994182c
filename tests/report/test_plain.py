from __future__ import annotations

import pytest

from deploytasks.agent.engine.events import Note, Outcome, StepDone, StepStarted
from deploytasks.report import DIFFERS, WOULD, HostRecap, Recap, Sending
from deploytasks.report.plain import PlainReporter

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

prod1   changed  ok=29 changed=2 failed=0 skipped=0  release 20261121T101500Z-3f9c2d1  0.55 s  12.3 kB sent
prod10  failed   ok=1 changed=0 failed=1 skipped=1                                     31.2 s  800 B sent

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


def recapped(outlet, stream, recap):
    reporter = PlainReporter(outlet)
    reporter.begin(recap.command, list(recap.hosts))
    reporter.recap(recap)
    return stream.getvalue()


def test_a_run_reads_as_a_story_with_a_recap_at_the_end(outlet, stream, events, recap):
    reporter = PlainReporter(outlet, show_diff=True)
    reporter.begin("deploy", ["prod1", "prod10"])
    for host, event in events:
        reporter.event(host, event)
    reporter.recap(recap)
    assert stream.getvalue() == STORY


def test_diffs_are_shown_only_when_asked_for(outlet, stream):
    reporter = PlainReporter(outlet)
    reporter.begin("deploy", ["a"])
    reporter.event("a", StepDone("nginx", "write", "changed", 0.5, diff="-a\n+b\n"))
    assert stream.getvalue() == "a  changed  nginx: write  (0.50 s)\n"


def test_a_run_without_changes_is_a_row_per_host_and_a_last_line(outlet, stream):
    same = Recap("deploy", 0, 0.71, {"a": HostRecap(Outcome.OK, ok=31, elapsed_s=0.55)})
    assert recapped(outlet, stream, same) == (
        "a  ok  ok=31 changed=0 failed=0 skipped=0  0.55 s  0 B sent\ndeploy done in 0.71 s\n"
    )


def test_a_command_without_steps_that_went_well_has_no_recap(outlet, stream):
    assert recapped(outlet, stream, Recap("logs", 0, 9.0, {"a": HostRecap(Outcome.OK)})) == ""


@pytest.mark.parametrize(
    ("mood", "step", "host", "count"),
    [(WOULD, "would  ", "would change", "would_change=1"), (DIFFERS, "differs", "differs", "differ=1")],
)
def test_what_was_not_done_is_not_said_to_be_done(outlet, stream, mood, step, host, count):
    reporter = PlainReporter(outlet, mood=mood)
    reporter.begin("check", ["a"])
    reporter.event("a", StepDone("nginx", "write the site", "changed"))
    reporter.recap(Recap("check", 3, 1.0, {"a": HostRecap(Outcome.CHANGED, ok=4, changed=1)}))
    assert stream.getvalue() == (
        f"a  {step}  nginx: write the site  (0.00 s)\n\n"
        f"a  {host}  ok=4 {count} failed=0 skipped=0  0.00 s  0 B sent\n"
        "check found differences in 1.00 s\n"
    )


@pytest.mark.parametrize(("put_back", "standing"), [(True, "serves r1"), (False, "current r1")])
def test_the_release_of_a_host_that_failed_is_said_to_be_the_one_that_is_there(
    outlet, stream, put_back, standing
):
    failed = HostRecap(Outcome.FAILED, failed=1, release="r1", step="app: ask it", put_back=put_back)
    row = recapped(outlet, stream, Recap("deploy", 2, 5.0, {"a": failed})).splitlines()[0]
    assert row == f"a  failed  ok=0 changed=0 failed=1 skipped=0  {standing}  0.00 s  0 B sent"


def test_an_unreachable_host_is_told_in_the_words_of_its_error_only(outlet, stream):
    away = HostRecap(Outcome.UNREACHABLE, error="a:22: connection refused\ncheck that sshd runs there")
    assert recapped(outlet, stream, Recap("logs", 4, 5.0, {"a": away})) == (
        "a  unreachable  ok=0 changed=0 failed=0 skipped=0  0.00 s  0 B sent\n\n"
        "a unreachable\n    a:22: connection refused\n    check that sshd runs there\n\n"
        "logs failed after 5.00 s\n"
    )


def test_a_host_that_was_not_put_back_wants_a_person(outlet, stream):
    torn = HostRecap(Outcome.FAILED, failed=1, step="app: switch", error="no space left", put_back=False)
    block = recapped(outlet, stream, Recap("deploy", 8, 5.0, {"a": torn})).split("\n\n")[1]
    assert block == (
        'a failed at "app: switch"\n    no space left\n    not put back: a person has to look at this host\n'
        "    next: see inv status and inv logs --host a, then inv deploy --host a"
    )


def test_only_a_command_that_changes_releases_claims_to_have_put_something_back(outlet, stream):
    failed = HostRecap(Outcome.FAILED, failed=1, error="exit 1")
    assert "put back" not in recapped(outlet, stream, Recap("run", 2, 5.0, {"a": failed}))


def test_long_output_is_cut_to_its_end_and_to_a_readable_width(outlet, stream):
    output = "\n".join([*(f"line {number}" for number in range(1, 31)), "x" * 600])
    failed = HostRecap(Outcome.FAILED, failed=1, output=output)
    text = recapped(outlet, stream, Recap("run", 2, 5.0, {"a": failed}))
    lines = [line for line in text.splitlines() if line.startswith("    | ")]
    assert lines[:2] == ["    | (11 lines above these are left out)", "    | line 12"]
    assert lines[-1] == f"    | {'x' * 500} (600 characters)"
    assert len(lines) == 21


def test_the_last_line_says_how_it_ended(outlet, stream):
    endings = {
        0: "done in 1.00 s",
        1: "broke off by an error of deploytasks after 1.00 s",
        3: "found differences in 1.00 s",
        6: "failed after 1.00 s",
        130: "interrupted after 1.00 s",
        143: "terminated after 1.00 s",
    }
    reporter = PlainReporter(outlet)
    for exit_code in endings:
        reporter.recap(Recap("check", exit_code, 1.0, {"a": HostRecap(Outcome.CHANGED, changed=1)}))
    assert stream.getvalue().splitlines()[1::2] == [f"check {ending}" for ending in endings.values()]


@pytest.mark.parametrize("command", ["prune", "destroy"])
def test_what_would_remove_something_says_that_it_did_not(outlet, stream, command):
    differing = {"a": HostRecap(Outcome.CHANGED, changed=1)}
    for exit_code in (3, 0):
        PlainReporter(outlet).recap(Recap(command, exit_code, 1.0, differing))
    assert stream.getvalue().splitlines()[1::2] == [
        f"{command} changed nothing, --yes does it; took 1.00 s",
        f"{command} done in 1.00 s",
    ]


def test_what_a_host_says_cannot_pretend_to_be_a_line_of_ours(outlet, stream):
    reporter = PlainReporter(outlet)
    reporter.event("a\nb", StepDone("app", "x\r\x1b[2Kprod1 ok", "failed", output="unused"))
    reporter.event("a", Note("\u202egnihton\x9b1m\udcff"))
    assert stream.getvalue() == (
        "a\\nb  failed   app: x\\r\\x1b[2Kprod1 ok  (0.00 s)\na  note     \\u202egnihton\\x9b1m\\udcff\n"
    )


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_what_takes_long_is_told_every_few_seconds(outlet, stream):
    clock = Clock()
    reporter = PlainReporter(outlet, clock=clock)
    reporter.begin("deploy", ["a"])
    reporter.event("a", StepStarted("app", "install the dependencies"))
    for clock.now in range(1, 13):
        reporter.tick()
    reporter.event("a", StepDone("app", "install the dependencies", "changed", 12.0))
    assert stream.getvalue().splitlines() == [
        "a  ...      app: install the dependencies  (6.00 s so far)",
        "a  ...      app: install the dependencies  (12.0 s so far)",
        "a  changed  app: install the dependencies  (12.0 s)",
    ]


def test_how_much_was_sent_is_told_with_its_rate(outlet, stream):
    clock = Clock()
    reporter = PlainReporter(outlet, clock=clock)
    reporter.begin("deploy", ["a"])
    for clock.now in range(12):
        reporter.event("a", Sending(800_000 * (clock.now + 1), 331_000_000))
    assert stream.getvalue().splitlines() == [
        "a  ...      sending 5.6 MB of 331.0 MB, 933.3 kB/s  (6.00 s so far)",
    ]
