"""Debian's packages on a target, as its administrator would install them."""

from __future__ import annotations

from deploytasks.targets import Target


def install(target: Target, *names: str) -> None:
    """They are asked for in the index that *target* has, and in a newer one where that does not do."""
    want = f"apt-get -q install -y --no-install-recommends {' '.join(names)}"
    target.run(["sh", "-c", f"{want} || {{ apt-get -q update && {want}; }}"])
