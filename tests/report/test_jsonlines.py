from __future__ import annotations

import json
from datetime import datetime, timezone
from io import BytesIO, StringIO, TextIOWrapper

import pytest

from deploytasks.agent.engine.events import StepDone
from deploytasks.report.jsonlines import JsonReporter, now_in_utc
from deploytasks.report.outlet import Outlet

NOON = datetime(2026, 11, 21, 12, 0, 0, 4999, timezone.utc)
TIME = "2026-11-21T12:00:00.004Z"


@pytest.fixture
def people() -> StringIO:
    return StringIO()


@pytest.fixture
def reporter(outlet, people) -> JsonReporter:
    return JsonReporter(outlet, Outlet(people), now=lambda: NOON)


def test_a_step_is_the_line_of_the_contract_in_its_order(reporter, stream):
    reporter.event("prod1", StepDone("nginx", "write the site", "ok", 0.0041234, reason="", output="noise"))
    assert stream.getvalue() == (
        '{"event":"step","host":"prod1","role":"nginx","step":"write the site","outcome":"ok",'
        f'"elapsed_s":0.004,"diff":"","time":"{TIME}"}}\n'
    )


def test_every_kind_of_event_has_its_own_fields_and_starts_are_not_told(reporter, stream, events):
    for host, event in events:
        reporter.event(host, event)
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    step = ["event", "host", "role", "step", "outcome", "elapsed_s", "diff"]
    assert [list(line) for line in told] == [
        ["event", "host", "text", "time"],
        [*step, "time"],
        [*step, "time"],
        [*step, "time"],
        [*step, "reason", "output", "time"],
        ["event", "host", "role", "step", "reason", "time"],
        ["event", "host", "role", "step", "reason", "time"],
        ["event", "host", "at", "process", "text", "time"],
    ]
    assert [line["event"] for line in told] == ["note", *["step"] * 4, "undone", "undone", "log"]


def test_the_recap_is_the_last_line_and_people_read_why_a_host_failed(reporter, stream, people, recap):
    reporter.recap(recap)
    served = (
        '{"outcome":"changed","ok":29,"changed":2,"failed":0,"skipped":0,"release":"20261121T101500Z-3f9c2d1",'
        '"previous":"20261120T101500Z-1111111","error":null,"elapsed_s":0.551,"sent_bytes":12345}'
    )
    broke = (
        '{"outcome":"failed","ok":1,"changed":0,"failed":1,"skipped":1,"release":null,'
        '"previous":null,"error":"answered 500; expected 200-399","elapsed_s":31.2,"sent_bytes":800}'
    )
    assert stream.getvalue() == (
        '{"event":"recap","command":"deploy","ok":false,"exit_code":2,"elapsed_s":31.71,'
        f'"hosts":{{"prod1":{served},"prod10":{broke}}},"time":"{TIME}"}}\n'
    )
    assert people.getvalue().startswith('\nprod10 failed at "app: ask it"\n')


def test_a_line_is_with_its_reader_when_it_happened():
    stream = TextIOWrapper(BytesIO(), encoding="utf-8")
    JsonReporter(Outlet(stream), Outlet(StringIO())).event("h", StepDone("app", "build", "ok"))
    assert stream.buffer.getvalue().endswith(b"}\n")


def test_text_of_any_host_leaves_as_ascii(reporter, stream):
    reporter.event("h", StepDone("app", "é\udcff\n\x1b", "ok"))
    assert '"step":"\\u00e9\\udcff\\n\\u001b"' in stream.getvalue()


def test_the_clock_is_in_utc():
    assert now_in_utc().tzinfo is timezone.utc
