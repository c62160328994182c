"""A deploy of two hosts, one of which fails, as the agents would tell it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, TextIO

import pytest

from deploytasks.agent.engine.events import (
    Ended,
    Event,
    LogLine,
    Note,
    Outcome,
    StepDone,
    StepStarted,
    StepUndone,
)
from deploytasks.report import HostRecap, Recap
from deploytasks.report.outlet import Outlet

if TYPE_CHECKING:
    from collections.abc import Iterator

DIFF = "--- site\n+++ site\n@@ -1 +1 @@\n-listen 80;\n+listen 8080;\n"
TRACEBACK = 'Traceback (most recent call last):\n\tFile "wsgi.py"\nImportError: no \x1b[31mflask\x1b[0m'
RELEASE = "20261121T101500Z-3f9c2d1"


@pytest.fixture
def events() -> list[tuple[str, Event]]:
    return [
        ("prod1", Note("waiting for ann's deploy")),
        ("prod1", StepDone("nginx", "install nginx", "ok", 0.001)),
        ("prod1", StepStarted("nginx", "write the site")),
        ("prod1", StepDone("nginx", "write the site", "changed", 0.0203, diff=DIFF)),
        ("prod10", StepDone("app", "drain", "skipped")),
        ("prod10", StepDone("app", "ask it", "failed", 30.01, reason="answered 500", output=TRACEBACK)),
        ("prod10", StepUndone("nginx", "write the site")),
        ("prod10", StepUndone("app", "start it", "unit is masked")),
        ("prod10", LogLine("1795256100.123456", "web", "GET / [bold]200[/bold]")),
        ("prod1", Ended("changed", ok=29, changed=2)),
    ]


@pytest.fixture
def recap() -> Recap:
    served = HostRecap(
        Outcome.CHANGED,
        ok=29,
        changed=2,
        release=RELEASE,
        previous="20261120T101500Z-1111111",
        elapsed_s=0.5512,
        sent_bytes=12345,
        switched=True,
    )
    broke = HostRecap(
        Outcome.FAILED,
        ok=1,
        failed=1,
        skipped=1,
        error="answered 500; expected 200-399",
        elapsed_s=31.2,
        sent_bytes=800,
        step="app: ask it",
        output=TRACEBACK,
    )
    return Recap("deploy", 2, 31.71, {"prod1": served, "prod10": broke})


@pytest.fixture
def stream() -> StringIO:
    return StringIO()


@pytest.fixture
def outlet(stream: StringIO) -> Outlet:
    return Outlet(stream)


@dataclass
class Terminal:
    """A pseudo terminal: *stdout* is what a reporter writes to."""

    stdout: TextIO
    screen: int

    def seen(self) -> str:
        """All that reached the person in front of it."""
        mark = "\x04"
        self.stdout.write(mark)
        self.stdout.flush()
        text = ""
        while not text.endswith(mark):
            text += os.read(self.screen, 65536).decode()
        return text.removesuffix(mark)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    screen, keyboard = os.openpty()
    with os.fdopen(keyboard, "w", encoding="utf-8") as stdout:
        yield Terminal(stdout, screen)
    os.close(screen)
