"""Why an app broke, in its own words: the part of its log that a person would look for."""

from __future__ import annotations

from typing import Dict, Iterator, List, Tuple

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.services.journal import entries_in, text_of

LOOKED_AT = 400
SHOWN = 20
TRACEBACK = "Traceback (most recent call last):"
CHAINED = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
BETWEEN = 3
"""Such a line stands that near to the traceback that it is about."""
OF_APP = "/code/"
START = "_SYSTEMD_INVOCATION_ID"
"""Names the start of its unit that a line of the journal is of (systemd.exec(5), ``$INVOCATION_ID``)."""


def last_words(machine: Machine, unit: str, *, crashed: bool = False) -> str:
    """The first traceback of *unit* that goes through the app's code, else its last lines; 20 lines at most.

    The first, because a server adds its own after it, and each worker repeats the app's. The server's
    frames above the app's are left out. Lines of earlier starts do not count, but that one that has *crashed* may have
    been started again since, by systemd itself.
    """
    lines = _said(machine, unit, crashed=crashed)
    of_app = [chain for chain in _chains(lines) if any(OF_APP in line for part in chain for line in part)]
    return "\n".join(_shown(of_app[0]) if of_app else lines[-SHOWN:]).rstrip()


def _said(machine: Machine, unit: str, *, crashed: bool) -> List[str]:
    """What the programs of *unit* wrote to the journal since its start."""
    start, was_restarted = _present_start(machine, unit)
    entries = list(_journal(machine, unit, start))
    starts = list(dict.fromkeys(known for known, _ in entries))
    if start and start not in starts:
        starts.append(start)  # It has said nothing yet.
    last = starts.index(start) if start else len(starts) - 1
    wanted = starts[max(last - (crashed and was_restarted), 0) : last + 1]
    return [line for known, line in entries if known in wanted]


def _present_start(machine: Machine, unit: str) -> Tuple[str, bool]:
    """Its name, if known, and whether systemd made it by itself."""
    argv = ["systemctl", "show", "--property", "InvocationID,NRestarts", "--", unit]
    pairs = (line.partition("=") for line in machine.ask(argv).stdout.splitlines())
    shown: Dict[str, str] = {name: value for name, _, value in pairs}
    return shown.get("InvocationID", ""), shown.get("NRestarts", "0") not in ("", "0")


def _journal(machine: Machine, unit: str, start: str) -> Iterator[Tuple[str, str]]:
    """The last lines, each with its start, *start* where it says none."""
    machine.ask(["journalctl", "--sync"], timeout_s=5)
    wanted = ["-n", str(LOOKED_AT), "--output-fields=MESSAGE," + START, "_SYSTEMD_UNIT=" + unit]
    done = machine.ask(["journalctl", "--no-pager", "--all", "-o", "json", *wanted], timeout_s=10)
    for entry in entries_in(done.stdout):
        for line in text_of(entry.get("MESSAGE")).split("\n"):
            yield text_of(entry.get(START)) or start, line.rstrip()


def _shown(chain: List[List[str]]) -> List[str]:
    """The last traceback of *chain*, which ended the app, and what was being handled then."""
    *before, last = chain
    is_of_app = any(OF_APP in line for line in last)
    handled = ["(while it handled: %s)" % part[-1] for part in before[-1:]]
    return [*(_from_app_on(last) if is_of_app else last[-SHOWN:]), *handled]


def _chains(lines: List[str]) -> Iterator[List[List[str]]]:
    """Tracebacks, each with those that it came of before it."""
    chain: List[List[str]] = []
    for number, traceback in _tracebacks(lines):
        if not any(line in CHAINED for line in lines[max(number - BETWEEN, 0) : number]):
            if chain:
                yield chain
            chain = []
        chain.append(traceback)
    if chain:
        yield chain


def _from_app_on(traceback: List[str]) -> List[str]:
    """The head of *traceback*, and of the rest what begins with the app's first frame."""
    head, *rest = traceback
    first = next(number for number, line in enumerate(rest) if OF_APP in line)
    kept = rest[first:][-(SHOWN - 2) :]
    return [head, *(["  ..."] if len(kept) < len(rest) else []), *kept]


def _tracebacks(lines: List[str]) -> Iterator[Tuple[int, List[str]]]:
    """Each run of lines from a traceback's head, whose number comes along, to the exception that ends it."""
    block: List[str] = []
    first = 0
    for number, line in enumerate(lines):
        if line.startswith(TRACEBACK):
            block, first = [line], number
        elif block:
            block.append(line)
            if line and not line.startswith(" "):
                yield first, block
                block = []
