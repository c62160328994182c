"""Programs that stand in for the command lines of vendors: they print what these are documented to print."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import NamedTuple


class StandIn(NamedTuple):
    """A program that has been put on the path, and what it has been told."""

    path: Path

    @property
    def runs(self) -> list[list[str]]:
        """The command line of each run, without the program's own name."""
        told = self.path.with_suffix(".argv")
        lines = told.read_bytes().split(b"\n\0\n")[:-1] if told.exists() else []
        return [[word.decode() for word in line.split(b"\0")[:-1]] for line in lines]

    @property
    def stdin(self) -> str:
        """What the last run could read."""
        return self.path.with_suffix(".stdin").read_text()


def stand_in(
    directory: Path, name: str, printed: str = "", said: str = "", code: int = 0, first: str = ""
) -> StandIn:
    """*name* in *directory*: prints, says on standard error, and ends with *code*; *first* is shell before that."""
    path = directory / name
    path.write_text(
        "#!/bin/sh\n"
        f"{{ printf '%s\\0' \"$@\"; printf '\\n\\0\\n'; }} >>{quote(str(path))}.argv\n"
        f"cat >{quote(str(path))}.stdin\n"
        f"{first}\n"
        f"printf %s {quote(said)} >&2\n"
        f"printf %s {quote(printed)}\n"
        f"exit {code}\n"
    )
    path.chmod(0o755)
    return StandIn(path)
