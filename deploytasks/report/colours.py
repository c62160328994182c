"""The colours of spans, as rich has them."""

from __future__ import annotations

from zlib import crc32

from rich.color import ColorSystem
from rich.style import Style

from deploytasks.report.page import Line, Span, Tone

STYLES = {
    Tone.PLAIN: "",
    Tone.QUIET: "dim",
    Tone.STRONG: "bold",
    Tone.GOOD: "green",
    Tone.CHANGED: "yellow",
    Tone.BAD: "bold red",
    Tone.ADDED: "green",
    Tone.REMOVED: "red",
}
HOST_COLOURS = ("cyan", "magenta", "blue", "bright_cyan", "bright_magenta", "bright_blue")


def painted(line: Line) -> str:
    """*line* with its colours, as every terminal has them."""
    spans = (
        Style.parse(style_of(span)).render(span.text, color_system=ColorSystem.STANDARD)
        for span in line.spans
    )
    return "".join(spans).rstrip()


def style_of(span: Span) -> str:
    """A host keeps its colour from run to run, whatever its neighbours."""
    if span.tone is Tone.HOST:
        return HOST_COLOURS[crc32(span.text.strip().encode()) % len(HOST_COLOURS)]
    return STYLES[span.tone]
