"""What an app is called that nobody has named yet."""

from __future__ import annotations

import re


def app_name(directory: str) -> str:
    """A name for the app in a directory of that name."""
    name = re.sub(r"[^a-z0-9]+", "-", directory.lower()).strip("-")[:31].strip("-")
    return name if re.match(r"[a-z]", name) else f"app-{name}".strip("-")
