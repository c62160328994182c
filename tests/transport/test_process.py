"""A process's streams, none of which may hold up another."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from deploytasks.transport.process import ProcessStreams

MEGABYTE = 1 << 20
Start = Callable[..., ProcessStreams]


@pytest.fixture
def streams_of() -> Iterator[Start]:
    """The streams of a command, which is let go afterwards."""
    with ExitStack() as opened:

        def start(*argv: str) -> ProcessStreams:
            pipe = subprocess.PIPE
            process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe)
            opened.callback(process.wait)
            streams = ProcessStreams(process)
            opened.callback(streams.close)
            return streams

        yield start


def test_an_echo_of_many_megabytes_does_not_lock_up(streams_of: Start) -> None:
    streams = streams_of("cat")
    sent = bytes(range(256)) * 4096 * 16

    streams.write(sent)
    streams.end_input()
    received = b"".join(iter(lambda: streams.read(MEGABYTE, 10), b""))

    assert received == sent
    assert streams.exit_status(10) == 0


def test_megabytes_on_standard_error_do_not_hold_up_the_output(streams_of: Start) -> None:
    program = "import sys; sys.stderr.write('x' * 4_000_000); sys.stderr.flush(); print('done')"

    assert streams_of(sys.executable, "-c", program).read(4, 10) == b"done"


def test_silence_has_an_end(streams_of: Start) -> None:
    streams = streams_of("cat")

    with pytest.raises(TimeoutError):
        streams.read(1, 0.01)


def test_what_is_sent_to_a_process_that_has_ended_is_dropped(streams_of: Start) -> None:
    streams = streams_of("true")
    streams.exit_status(10)

    streams.write(b"x" * MEGABYTE)

    assert streams.read(1, 10) == b""


def test_a_killed_process_has_no_exit_status(streams_of: Start) -> None:
    assert streams_of("sh", "-c", "kill -9 $$").exit_status(10) is None


def test_after_closing_nothing_more_is_heard(streams_of: Start) -> None:
    streams = streams_of("sh", "-c", "echo early; cat")

    streams.close()

    assert streams.read(1, 10) == b""
    assert streams.exit_status(10) == 0
