"""What of a source differs between this machine and what travels, and what no host could start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploytasks.source.look import Look

SHOWN = 3
NEITHER = {
    "+x": "may be executed here, and by git's index, which counts, not",
    "-x": "may not be executed here, and by git's index, which counts, may",
}


def differences(looks: Sequence[Look], in_git: bool) -> Iterator[str]:
    """A line for each kind of them."""
    links = [look.entry.name for look in looks if look.is_link_as_text]
    if links:
        yield f"{_some(links)}: a link in git, and here a file that says where to; it travels as the link"
    for sign, told in NEITHER.items():
        names = [look.entry.name for look in looks if look.beside_index == sign]
        if names:
            yield f"{_some(names)}: {told}; to have it so: git update-index --chmod={sign} {names[0]}"
    broken = [look.entry.name for look in looks if look.begins_with_cr]
    if broken:
        told = "its first line ends with a carriage return, so no host can start it"
        yield f"{_some(broken)}: {told}; {_mended(broken[0], in_git)}"


def _some(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _mended(name: str, in_git: bool) -> str:
    if not in_git:
        return "save it with line ends of Unix (LF)"
    suffix = Path(name).suffix
    pattern = f"*{suffix}" if suffix else f"/{name}"
    return f"write {pattern} text eol=lf into .gitattributes, then: git add --renormalize ."
