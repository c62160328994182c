"""Pages in a terminal: the translation of our values into rich's.

Only ``Text`` is handed over, never ``str``, so rich finds no markup, emoji codes or numbers to highlight.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, cast

from rich import table, tree
from rich.console import Console
from rich.live import Live
from rich.padding import Padding
from rich.text import Text

from deploytasks.agent.regex import regex
from deploytasks.report.colours import style_of
from deploytasks.report.page import Line, Page, Table, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deploytasks.report.outlet import Outlet

RELEASE = regex(r"\d{8}T\d{6}Z-[0-9a-f]{7}")
"""What is copied in one piece, so it stays on one line."""


def console_on(outlet: Outlet, environ: Mapping[str, str]) -> Console:
    """A console that takes its size, its colours and ``NO_COLOR`` from *environ*."""
    return Console(file=cast("IO[str]", outlet), force_terminal=True, _environ=environ)


def draw(console: Console, page: Page) -> None:
    for part in page:
        if isinstance(part, Line):
            # The terminal wraps long lines, so what is copied from it is what was written.
            console.print(text_of(part), soft_wrap=True)
        else:
            console.print(table_of(part) if isinstance(part, Table) else tree_of(part))


def passing_line(
    outlet: Outlet, environ: Mapping[str, str]
) -> tuple[Callable[[Line], None], Callable[[], None]]:
    """What draws a line over the one before, and what takes it away."""
    live = Live(console=console_on(outlet, environ), auto_refresh=False, transient=True)

    def show(line: Line) -> None:
        live.start()
        live.update(text_of(line), refresh=True)

    return show, live.stop


def text_of(line: Line) -> Text:
    return Text.assemble(*((span.text, style_of(span)) for span in line.spans))


def table_of(drawn: Table) -> Padding:
    grid = table.Table.grid(padding=(0, 2, 0, 0))
    for column in drawn.columns:
        has_release = any(RELEASE.search(cell.text) for cell in column)
        grid.add_column(overflow="fold", no_wrap=has_release)
    for row in zip(*drawn.columns, strict=True):
        grid.add_row(*(Text(cell.text, style_of(cell)) for cell in row))
    return Padding.indent(grid, drawn.indent)


def tree_of(drawn: Tree) -> tree.Tree:
    root = tree.Tree(text_of(drawn.label), guide_style="dim")
    for child in drawn.children:
        root.children.append(tree_of(child))
    return root
