from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO, TextIOWrapper

import pytest

from deploytasks.report.outlet import Outlet
from deploytasks.report.page import Line

TALK = """
import os, sys
from deploytasks.agent.engine.events import Note
from deploytasks.report import Recap, reporter_for
reporter = reporter_for(sys.stdout, sys.stderr, json={json}, show_diff=False, environ=os.environ)
reporter.begin("deploy", ["a"])
for _ in range(3):
    reporter.event("a", Note("hello"))
reporter.recap(Recap("deploy", 2, 0.1, {{}}))
print("the deploy went on", file=sys.stderr)
print("and so did the user's own task")
"""


@pytest.mark.parametrize("json", [True, False])
def test_a_closed_standard_output_neither_stops_the_deploy_nor_spoils_its_exit_code(json):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stdout:
        done = subprocess.run(
            [sys.executable, "-c", TALK.format(json=json)], stdout=stdout, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (0, b"the deploy went on\n")


def test_a_file_that_was_closed_under_it_is_no_error(stream, outlet):
    stream.close()
    outlet.write_lines([Line.of("lost")])
    assert not outlet.open


def test_characters_that_the_encoding_lacks_are_written_as_escapes():
    stream = TextIOWrapper(BytesIO(), encoding="ascii")
    Outlet(stream).write_lines([Line.of("café ✓")])
    assert stream.buffer.getvalue() == b"caf\\xe9 \\u2713\n"


def test_what_was_written_is_with_the_reader_at_once():
    stream = TextIOWrapper(BytesIO(), encoding="utf-8")
    Outlet(stream).write_lines([Line.of("now")])
    assert stream.buffer.getvalue() == b"now\n"
