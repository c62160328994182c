"""``docs/matrix.md`` from what the last runs of the matrix wrote down: ``python -m tests.e2e.table``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deploytasks.roles.app.settings import RUNTIMES, SERVERS, WEB_SERVERS
from tests.e2e.cell import Cell

ROOT = Path(__file__).parents[2]
ROWS = ROOT / ".cache" / "matrix"
TABLE = ROOT / "docs" / "matrix.md"
HEAD = """\
# Every server behind every web server in every runtime

Written by `make test-matrix`, which takes each cell through its whole life on a Debian 12 host: the first deploy
answers 200 through the front door, the second changes nothing, a change of the code is served, a rollback brings
the old code back, and then releases are swapped {swaps} times under load. A cell says what the web server speaks to
the app's server, and how many of the requests under load were lost. One that cannot be says why.
"""
UNTESTED = "not run"


def page() -> str:
    """The whole document."""
    rows = {path.stem: json.loads(path.read_text()) for path in ROWS.glob("*.json")}
    swaps = min((row["swaps"] for row in rows.values()), default=0)
    sections = (section(runtime, rows) for runtime in RUNTIMES)
    return "\n".join([HEAD.format(swaps=swaps), *sections])


def section(runtime: str, rows: dict[str, dict[str, Any]]) -> str:
    """The table of one runtime."""
    web_servers = WEB_SERVERS
    lines = [
        f"## app_runtime={runtime}\n",
        f"| app_server | {' | '.join(web_servers)} |",
        "|---" * (len(web_servers) + 1) + "|",
    ]
    for server in SERVERS:
        cells = (Cell(server, web_server, runtime) for web_server in web_servers)
        lines.append(f"| `{server}` | {' | '.join(said(cell, rows.get(str(cell))) for cell in cells)} |")
    return "\n".join([*lines, ""])


def said(cell: Cell, row: dict[str, Any] | None) -> str:
    """What is told of one cell."""
    if cell.why_not:
        return f"no: {cell.why_not}"
    if row is None:
        return UNTESTED
    lost = f"{row['lost']:,} of {row['requests']:,} lost".replace(",", " ")
    return f"{row['cell']['protocol']}; {lost}" + (f"; {cell.why_lost}" if row["lost"] else "")


if __name__ == "__main__":
    TABLE.write_text(page())
    print(f"wrote {TABLE.relative_to(ROOT)}")
