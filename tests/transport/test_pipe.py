"""Pipes over streams that behave in all the ways that hosts do."""

from __future__ import annotations

import pytest

from deploytasks.errors import LoginRefused, SudoRefused, Unreachable
from deploytasks.transport import explain
from deploytasks.transport.launch import BEGUN, PROMPT
from deploytasks.transport.pipe import KEPT_ERRORS, Pipe


class Script:
    """Streams that say what they are told to; the end of *output* is an end, or silence if *silent*."""

    def __init__(
        self, output: bytes = b"", errors: bytes = b"", *, silent: bool = False, broken: str = ""
    ) -> None:
        self.output, self.errors = output, errors
        self.silent, self.broken_because = silent, broken
        self.written = b""
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.written += data

    def read(self, size: int, timeout_s: float | None) -> bytes:
        if not self.output and self.silent and not self.is_closed:
            assert timeout_s is not None, "would wait for ever"
            raise TimeoutError
        said, self.output = self.output[:size], self.output[size:]
        return said

    def read_errors(self, timeout_s: float) -> bytes:
        if not self.errors and self.silent and not self.is_closed:
            raise TimeoutError
        said, self.errors = self.errors[:4096], self.errors[4096:]
        return said

    def end_input(self) -> None:
        self.written += b"<end>"

    def exit_status(self, timeout_s: float) -> int | None:
        return None if self.silent else 0

    def broken(self) -> str:
        return "" if self.output else self.broken_because

    def close(self) -> None:
        self.is_closed = True


def pipe_over(script: Script) -> Pipe:
    return Pipe(script, host="web1", user="deploy", python="python3")


def test_reading_gives_exactly_what_was_asked_for_and_less_only_at_the_end() -> None:
    pipe = pipe_over(Script(b"abcdefg"))

    assert [pipe.read(3), pipe.read(0), pipe.read(3), pipe.read(3), pipe.read(3)] == [
        b"abc",
        b"",
        b"def",
        b"g",
        b"",
    ]


def test_a_dead_link_is_not_mistaken_for_an_end() -> None:
    pipe = pipe_over(Script(b"abc", broken="gone\ntry again"))

    with pytest.raises(Unreachable, match="web1: gone"):
        pipe.read(4)


def test_sending_on_a_dead_link_is_an_error() -> None:
    with pytest.raises(Unreachable, match="web1: gone"):
        pipe_over(Script(broken="gone")).send(b"x")


def test_only_the_end_of_standard_error_is_kept() -> None:
    pipe = pipe_over(Script(errors=b"begin" + b"x" * KEPT_ERRORS + b"end"))

    assert pipe.stderr.endswith("xend")
    assert len(pipe.stderr) == KEPT_ERRORS
    assert "begin" not in pipe.stderr


def test_our_own_signs_are_not_shown() -> None:
    assert pipe_over(Script(errors=PROMPT + BEGUN + b"real")).stderr == "real"


@pytest.mark.bad_input(70)
def test_a_login_shell_that_runs_something_else_is_given_up() -> None:
    script = Script(b"", b"sh: 1: DEPLOYTASKS: not found\n", silent=True)
    pipe = pipe_over(script)

    assert pipe.read(1) == b""
    assert script.is_closed
    error = explain(pipe)
    assert type(error) is LoginRefused
    assert "DEPLOYTASKS: not found" in str(error)


def test_the_password_is_given_once_and_our_program_is_waited_for() -> None:
    script = Script(errors=PROMPT + BEGUN, silent=True)

    pipe_over(script).give_password("secret")

    assert script.written == b"secret\n"
    assert not script.is_closed


def test_a_second_question_for_the_password_ends_it() -> None:
    script = Script(errors=PROMPT + b"Sorry, try again.\n" + PROMPT, silent=True)

    with pytest.raises(SudoRefused, match="tried once"):
        pipe_over(script).give_password("secret")
    assert script.is_closed
    assert script.written == b"secret\n"


class Flood(Script):
    """Streams of a host whose errors never end."""

    asked = 0

    def read(self, size: int, timeout_s: float | None) -> bytes:
        self.asked += 1
        return super().read(size, timeout_s)

    def read_errors(self, timeout_s: float) -> bytes:
        return b"x" * 65536


def test_a_host_that_complains_for_ever_is_given_up() -> None:
    script = Flood(silent=True)
    assert pipe_over(script).read(1) == b""
    assert script.is_closed
    assert script.asked == 1
