"""A target's line in an inventory file that its user may edit."""

from __future__ import annotations

from pathlib import Path

GROUP = "[targets]"


def write_entry(inventory: Path, name: str, line: str | None) -> None:
    """Make *line* the entry of *name* in *inventory*, or drop it (None); readers never see half a file."""
    before = inventory.read_text() if inventory.exists() else ""
    after = without_entry(before, name) if line is None else with_entry(before, name, line)
    if after != before:
        beside = inventory.with_suffix(".new")
        beside.write_text(after)
        beside.replace(inventory)


def with_entry(text: str, name: str, line: str) -> str:
    r"""*text* with *line* in the group; a line that only has more variables behind it stays as it is.

    >>> with_entry("", "web", "web ansible_port=22")
    '[targets]\nweb ansible_port=22\n'
    """
    if any(present == line or present.startswith(f"{line} ") for present in text.splitlines()):
        return text
    lines = without_entry(text, name).splitlines()
    if GROUP not in lines:
        lines += [GROUP]
    lines.insert(lines.index(GROUP) + 1, line)
    return "".join(f"{kept}\n" for kept in lines)


def without_entry(text: str, name: str) -> str:
    r"""*text* without the lines that describe the host *name*, in whatever group.

    >>> without_entry("[targets]\nweb ansible_port=22\nweb2 x=1\n", "web")
    '[targets]\nweb2 x=1\n'
    """
    return "".join(line for line in text.splitlines(keepends=True) if line.split()[:1] != [name])
