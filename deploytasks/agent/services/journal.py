"""What journalctl(1) gives as JSON."""

from __future__ import annotations

from typing import Any


def text_of(field: Any) -> str:
    """Journald gives a field that is not UTF-8 as a list of its bytes, and one that is there twice as a list."""
    if isinstance(field, list):
        if all(isinstance(byte, int) for byte in field):
            return bytes(field).decode("utf-8", "replace")
        return " ".join(map(text_of, field))
    return str(field or "")
