"""What a pipeline gets beside what is shown: a summary, annotations, and the events as JSON Lines.

Where to, variables of its environment say: ``GITHUB_STEP_SUMMARY`` or ``DEPLOYTASKS_SUMMARY``, ``DEPLOYTASKS_EVENTS``,
``DEPLOYTASKS_CODE_QUALITY``.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.errors import ConfigError
from deploytasks.report.jsonlines import JsonReporter
from deploytasks.report.outlet import Outlet

if TYPE_CHECKING:
    from typing import TextIO

    from deploytasks.report.mood import Mood
    from deploytasks.report.summary import SummaryReporter

SUMMARY = ("DEPLOYTASKS_SUMMARY", "GITHUB_STEP_SUMMARY")
EVENTS = "DEPLOYTASKS_EVENTS"
CODE_QUALITY = "DEPLOYTASKS_CODE_QUALITY"


def summary_of(environ: Mapping[str, str], mood: Mood) -> SummaryReporter | None:
    """The one that writes the summary that *environ* asks for."""
    path = _summary(environ)
    if not path:
        return None
    from deploytasks.report.summary import SummaryReporter

    return SummaryReporter(path, mood)


def events_of(environ: Mapping[str, str]) -> Iterator[JsonReporter]:
    """The one that adds every event to the file that *environ* names; raises ``ConfigError`` where it cannot."""
    path = environ.get(EVENTS)
    if not path:
        return
    try:
        file = Path(path).open("a", encoding="utf-8")  # noqa: SIM115  open to the end of the process
    except OSError as error:
        raise ConfigError(f"${EVENTS}: {path}: {error.strerror}; name a file that can be written") from error
    yield JsonReporter(Outlet(file), Outlet(io.StringIO()))


def _summary(environ: Mapping[str, str]) -> Path | None:
    return next((Path(environ[name]) for name in SUMMARY if environ.get(name)), None)


def tell_mistake(command: str, message: str, environ: Mapping[str, str], out: TextIO) -> None:
    """Show *message*, a mistake for which *command* did not begin, in all places that *environ* asks for.

    Annotations go to *out*. Nothing is raised: the mistake itself is what a person has to hear of.
    """
    from deploytasks.report.mistake import mistakes_in, write_quality_report
    from deploytasks.report.service import service_in
    from deploytasks.report.summary import append, of_mistakes

    found = [*mistakes_in(message)]
    service = service_in(environ, str(Path.cwd()))
    if service:
        Outlet(out).command("".join(map(service.annotation, found)))
    summary = _summary(environ)
    if summary:
        _tried(lambda: append(summary, of_mistakes(command, found)))
    if environ.get(CODE_QUALITY):
        _tried(lambda: write_quality_report(Path(environ[CODE_QUALITY]), found))


def _tried(write: Callable[[], None]) -> None:
    try:
        write()
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}\n")
