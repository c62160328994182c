"""How seconds and bytes read."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """*seconds* as precise as one cares for: ``0.02 s``, ``12.3 s``, ``2 min 5 s``, ``1 h 5 min``."""
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def size(count: int) -> str:
    """*count* bytes in SI units: ``999 B``, ``12.3 kB``, ``4.0 MB``."""
    if count < 1000:
        return f"{count} B"
    kilobytes = count / 1000
    if kilobytes < 999.95:
        return f"{kilobytes:.1f} kB"
    megabytes = kilobytes / 1000
    return f"{megabytes:.1f} MB" if megabytes < 999.95 else f"{megabytes / 1000:.1f} GB"
