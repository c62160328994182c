"""The processes of an app besides web: those of its Procfile, as ``app_processes`` adds to them or takes away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from msgspec import Meta, Struct

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.agent.release.runtime.process_units import ALONE, RELEASE, WEB, nearest
from deploytasks.errors import VariableError

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}\Z", examples=["worker"])]
Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f]*\Z", examples=["python worker.py"])]

RESERVED = frozenset({"container", "port", "services", "collectstatic"})
"""Programs of a release that are no processes: those of its container, and what gathers Django's static files."""

_NUMBER = r"(\*|\d+)(\.\.\d+)?(/\d+)?"
_NUMBERS = rf"{_NUMBER}(,{_NUMBER})*"
_DAY = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"
_TIME = rf"{_NUMBERS}:{_NUMBERS}(:{_NUMBERS})?"
_SCHEDULE = regex(
    r"minutely|hourly|daily|weekly|monthly|quarterly|semiannually|yearly|annually|"
    rf"({_DAY}((,|\.\.){_DAY})*)?( ?({_NUMBERS}-)?{_NUMBERS}[-~]{_NUMBERS})?( ?{_TIME})?"
    r"( [A-Za-z]+([/_+-][A-Za-z0-9]+)*)?",
    re.IGNORECASE,
)
"""The form of a calendar event (systemd.time(7)); whether it is one, the host knows."""


class ProcessVars(Struct, frozen=True, forbid_unknown_fields=True):
    """What the inventory says of a process; what it leaves out is the Procfile's, or the usual."""

    command: Line | None = None
    count: Annotated[int, Meta(ge=0, le=100)] | None = None
    schedule: Line | None = None


Processes = Mapping[Name, Line | ProcessVars | None]


@frozen
class Process:
    """A command line of the shell that runs beside web: *count* times, or whenever *schedule* says."""

    name: str
    command: str
    count: int = 1
    schedule: str = ""


def check_processes(processes: Processes) -> None:
    """Raise ``ValueError`` for what no process can be, whatever the Procfile says."""
    for name, wanted in processes.items():
        if name == WEB:
            raise ValueError("processes: web is what app_server starts; set app_server and its variables")
        if isinstance(wanted, ProcessVars):
            _check(name, wanted)


def _check(name: str, wanted: ProcessVars) -> None:
    if wanted.schedule and (not _SCHEDULE.fullmatch(wanted.schedule) or not wanted.schedule.strip()):
        raise ValueError(
            f"processes: {name}: schedule {wanted.schedule!r}; expected a calendar event of systemd.time(7), "
            "such as daily, Mon..Fri 07:30 or *:0/15"
        )
    if wanted.count is not None and (wanted.schedule or name == RELEASE):
        raise ValueError(f"processes: {name} runs once each time; leave count out")
    if name == RELEASE and wanted.schedule:
        raise ValueError("processes: release runs when a release is deployed; leave schedule out")
    if name in ALONE and (wanted.count or 0) > 1:
        raise ValueError(f"processes: a second {name} would do everything twice; leave count out")


def processes_of(host: str, procfile: Mapping[str, str], wanted: Processes) -> dict[str, Process]:
    """The processes by name, web left out; raises ``VariableError``, naming *host*, for one that cannot be."""
    found = {name: Process(name, command) for name, command in procfile.items()}
    for name, value in wanted.items():
        process = _with(found.get(name, Process(name, "")), value)
        if not process.command and name not in procfile:
            others = [other for other in procfile if other != WEB]
            raise VariableError(
                f"{host}: app_processes: {name} has no command, and is not in the Procfile; {nearest(name, others)}"
            )
        found[name] = process
    processes = dict(_switched_on(found))
    for name in sorted(RESERVED & processes.keys()):
        place = "app_processes" if name in wanted else "the Procfile"
        raise VariableError(
            f"{host}: {place}: {name} is a program of deploytasks' own in each release; "
            "give the process another name"
        )
    return processes


def _with(process: Process, value: str | ProcessVars | None) -> Process:
    """*process* as the inventory's *value* has it."""
    if not isinstance(value, ProcessVars):
        return Process(process.name, value or "")
    command = process.command if value.command is None else value.command
    return Process(
        process.name, command, 1 if value.count is None else value.count, (value.schedule or "").strip()
    )


def _switched_on(processes: Mapping[str, Process]) -> Iterator[tuple[str, Process]]:
    return ((name, process) for name, process in processes.items() if name != WEB and process.command.strip())
