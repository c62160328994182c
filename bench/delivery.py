"""How a source travels."""

from __future__ import annotations

import enum


class Delivery(enum.Enum):
    """How a peer brings the source to the hosts, if it leaves the choice."""

    ARCHIVE = "archive"
    DIRECTORY = "directory"
    FILE = "file"
    """One large file, as it is."""
