"""Why an app broke, in its own words: the part of its log that a person would look for."""

from __future__ import annotations

from typing import Iterator, List

from deploytasks.agent.engine.machine import Machine

LOOKED_AT = 400
SHOWN = 20
TRACEBACK = "Traceback (most recent call last):"
OF_APP = "/code/"


def last_words(machine: Machine, unit: str) -> str:
    """The first traceback of *unit* that goes through the app's code, else its last lines; 20 lines at most.

    The first, because a server adds its own after it, and each worker repeats the app's. The server's
    frames above the app's are left out.
    """
    lines = _journal(machine, unit)
    tracebacks = list(_tracebacks(lines))
    of_app = [traceback for traceback in tracebacks if any(OF_APP in line for line in traceback)]
    return "\n".join(_from_app_on(of_app[0]) if of_app else lines[-SHOWN:])


def _journal(machine: Machine, unit: str) -> List[str]:
    """The last lines that the programs of *unit*, not systemd, wrote to the journal."""
    machine.ask(["journalctl", "--sync"], timeout_s=5)
    argv = ["journalctl", "--no-pager", "-o", "cat", "-n", str(LOOKED_AT), "_SYSTEMD_UNIT=" + unit]
    return machine.ask(argv, timeout_s=10).stdout.rstrip().splitlines()


def _from_app_on(traceback: List[str]) -> List[str]:
    """The head of *traceback*, and of the rest what begins with the app's first frame."""
    head, *rest = traceback
    first = next(number for number, line in enumerate(rest) if OF_APP in line)
    kept = rest[first:][-(SHOWN - 2) :]
    return [head, *(["  ..."] if len(kept) < len(rest) else []), *kept]


def _tracebacks(lines: List[str]) -> Iterator[List[str]]:
    """Each run of lines from a traceback's head to the exception that ends it."""
    block: List[str] = []
    for line in lines:
        if line.startswith(TRACEBACK):
            block = [line]
        elif block:
            block.append(line)
            if line and not line.startswith(" "):
                yield block
                block = []
