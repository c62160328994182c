"""Which reporter a stream gets."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO, TypeGuard

from deploytasks.report.jsonlines import JsonReporter
from deploytasks.report.mood import DONE, Mood
from deploytasks.report.outlet import Outlet
from deploytasks.report.plain import PlainReporter
from deploytasks.report.reporter import QuietReporter
from deploytasks.report.service import service_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploytasks.report.reporter import Reporter


def reporter_of_program(stdout: TextIO | None, environ: Mapping[str, str], mood: Mood = DONE) -> Reporter:
    """What a program of somebody's own shows: on a terminal the live view, elsewhere nothing."""
    if not _is_terminal(stdout):
        return QuietReporter()
    from deploytasks.report.applied import AppliedReporter

    shown = reporter_for(stdout, stdout, json=False, show_diff=False, environ=environ, mood=mood)
    return AppliedReporter(shown)


def _is_terminal(stdout: TextIO | None) -> TypeGuard[TextIO]:
    """A program may have no standard output, a closed one, or something of its own in that place."""
    try:
        return stdout is not None and stdout.isatty()
    except (AttributeError, ValueError):
        return False


def reporter_for(
    stdout: TextIO,
    stderr: TextIO,
    *,
    json: bool,
    show_diff: bool,
    environ: Mapping[str, str],
    mood: Mood = DONE,
) -> Reporter:
    """JSON Lines when asked for, a live view on a terminal that can draw one, plain lines elsewhere.

    They are grouped for a service that runs pipelines. *mood* is the run's, for people. ``NO_COLOR`` takes the colour
    away, ``FORCE_COLOR`` gives it to plain lines, too (no-color.org, force-color.org); ``TERM=dumb`` means plain lines.
    """
    out = Outlet.of(stdout, environ)
    if json:
        return JsonReporter(out, Outlet.of(stderr, environ))
    service = service_in(environ, os.getcwd())  # noqa: PTH109  a text is all it takes
    if service:
        from deploytasks.report.grouped import GroupedReporter

        return GroupedReporter(out, service, show_diff=show_diff, mood=mood)
    if not out.draws(environ):
        return PlainReporter(out, show_diff=show_diff, mood=mood)
    from deploytasks.report.live import LiveReporter
    from deploytasks.report.terminal import console_on

    return LiveReporter(console_on(out, environ), show_diff=show_diff, mood=mood)
