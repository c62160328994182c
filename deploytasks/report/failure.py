"""Why a host failed and what to do next, as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploytasks.agent.engine.events import Outcome
from deploytasks.report.page import Line, Span, Tone, text_lines
from deploytasks.verbs import verb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploytasks.report.recap import HostRecap

LAST_LINES = 20
LONGEST_LINE = 500


def failure_lines(command: str, host: str, ended: HostRecap) -> Iterator[Line]:
    """The block of a host on which *command* did not end well.

    An unreachable or locked host's error already ends with what to do (see ``deploytasks.errors``).
    """
    step = f' at "{ended.step}"' if ended.step else ""
    yield Line.of(Span(host, Tone.HOST), " ", Span(ended.outcome.value, Tone.BAD), step)
    for text in text_lines(ended.error or ""):
        yield Line.of("    ", text)
    yield from output_lines(ended.output)
    if ended.outcome is Outcome.LOCKED:
        yield Line.of("    next: the same again later, or --lock-wait 60 to wait for it")
    if ended.outcome is Outcome.FAILED:
        yield from remedy_lines(command, host, ended)


def output_lines(output: str) -> Iterator[Line]:
    """The end of what the failed step said, where the cause usually is."""
    lines = text_lines(output)
    left_out = len(lines) - LAST_LINES
    if left_out > 0:
        yield Line.of(Span(f"    | ({left_out} lines above these are left out)", Tone.QUIET))
    for text in lines[-LAST_LINES:]:
        yield Line.of(Span("    | ", Tone.QUIET), shortened(text))


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]} ({len(text)} characters)"


def remedy_lines(command: str, host: str, ended: HostRecap) -> Iterator[Line]:
    if not ended.put_back:
        yield Line.of("    ", Span("not put back: a person has to look at this host", Tone.BAD))
        yield from _standing_lines(ended)
        yield Line.of(f"    next: see inv status and inv logs --host {host}, then {_again(command, host)}")
        return
    if verb(command).puts_back and ended.step:
        yield Line.of("    ", Span("put back: this host serves what it served before", Tone.GOOD))
        yield from _standing_lines(ended)
    again = _again(command, host)
    yield Line.of(f"    next: fix the cause, then {again}")


def _standing_lines(ended: HostRecap) -> Iterator[Line]:
    if ended.stays:
        yield Line.of("    ", Span(f"done, and not to be taken back: {', '.join(ended.stays)}", Tone.CHANGED))


def _again(command: str, host: str) -> str:
    return "the same command again" if verb(command).wants_more else f"inv {command} --host {host}"
