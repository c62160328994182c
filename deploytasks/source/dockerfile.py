"""What a project's own Dockerfile says of the app in its image."""

from __future__ import annotations

import re
from pathlib import Path

EXPOSE = re.compile(r"\s*EXPOSE\s+(.*)", re.IGNORECASE)
PORT = re.compile(r"(\d+)(?:/tcp)?", re.IGNORECASE)


def exposed_ports(path: Path) -> dict[int, int]:
    """The TCP ports that the last stage of *path* exposes, with their lines from 1 on; none where it cannot be read."""
    found: dict[int, int] = {}
    lines = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
    for number, line in enumerate(lines, 1):
        match = EXPOSE.match(line)
        if line.strip().upper().startswith("FROM "):
            found.clear()
        elif match:
            ports = (PORT.fullmatch(word) for word in match[1].partition("#")[0].split())
            found.update((int(port[1]), number) for port in ports if port)
    return found
