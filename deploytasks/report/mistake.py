"""A user's mistake, line by line, as services that run pipelines show it beside the file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

PLACE = regex(r"(?P<file>[^\s$].*?):(?P<line>[0-9]+): (?P<text>.+)")


@frozen
class Mistake:
    """What is wrong: *text*, in *file* at *line* where these are known."""

    text: str
    file: str = ""
    line: int | None = None
    title: str = ""


def mistakes_in(message: str, title: str = "") -> Iterator[Mistake]:
    """Those that *message* tells, which has ``FILE:LINE: TEXT`` for each that has a place; other lines go with them."""
    mistake = Mistake("", title=title)
    for line in message.splitlines():
        match = PLACE.fullmatch(line)
        if match is None:
            mistake = replace(mistake, text=f"{mistake.text}\n{line}".lstrip("\n"))
            continue
        if mistake.text:
            yield mistake
        mistake = Mistake(match["text"], match["file"], int(match["line"]), title)
    yield mistake


def write_quality_report(path: Path, mistakes: Iterable[Mistake]) -> None:
    """The file that GitLab reads as ``artifacts:reports:codequality``; raises ``OSError``."""
    found = [_as_issue(mistake) for mistake in mistakes if mistake.file]
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _as_issue(mistake: Mistake) -> dict[str, object]:
    said = f"{mistake.file}\0{mistake.line}\0{mistake.text}"
    return {
        "description": mistake.text,
        "check_name": "deploytasks",
        "fingerprint": hashlib.sha256(said.encode()).hexdigest(),
        "severity": "blocker",
        "location": {"path": mistake.file, "lines": {"begin": mistake.line}},
    }
