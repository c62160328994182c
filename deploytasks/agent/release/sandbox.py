"""What the app's own processes may not, for programs that are run beside them."""

from __future__ import annotations

from typing import Iterator, List

from deploytasks.agent.disk.entry import read_entry
from deploytasks.agent.engine.machine import Machine

UNIT = "/etc/systemd/system/%s@.service"
OF_THE_PROCESS = frozenset(
    {
        *("Type", "NotifyAccess", "User", "Group", "Slice", "SyslogIdentifier", "WorkingDirectory"),
        *(
            "Environment",
            "EnvironmentFile",
            "ExecStart",
            "ExecStartPre",
            "ExecReload",
            "ExecStop",
            "ExecStopPost",
        ),
        *("KillMode", "TimeoutStartSec", "TimeoutStopSec", "RuntimeDirectory"),
        *("Restart", "RestartSec", "RestartSteps", "RestartMaxDelaySec"),
    }
)
"""What the unit of an instance says of the instance alone; all else is a restriction (systemd.exec(5))."""


def restrictions(machine: Machine, app_name: str) -> List[str]:
    """The options of a unit that restrict its program as the instances of *app_name* are.

    They are read from the unit of these, whatever a release has made of it; without a unit there are none.
    """
    unit = read_entry(machine.path(UNIT % app_name)) or {}
    return [word for line in _service_lines(unit.get("content", "")) for word in ("-p", line)]


def _service_lines(text: str) -> Iterator[str]:
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line
        elif section == "[Service]" and _restricts(line):
            yield line


def _restricts(line: str) -> bool:
    name, is_setting, _ = line.partition("=")
    return bool(is_setting) and not name.startswith(("#", ";")) and name not in OF_THE_PROCESS
