"""A program that systemd runs at certain times."""

from __future__ import annotations

from typing import Any, Dict, Tuple

from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_line, require_name, require_word
from deploytasks.agent.services import systemd
from deploytasks.agent.services.unit import DIRECTORY

RIGHTS = {"kind": "file", "mode": "0644", "owner": "root", "group": "root"}
SERVICE = """\
# Managed by deploytasks.
[Unit]
Description={description}

[Service]
Type=oneshot
{settings}"""
TIMER = """\
# Managed by deploytasks.
[Unit]
Description={description}

[Timer]
{settings}
[Install]
WantedBy=timers.target
"""


@frozen
class Timer(Resource):
    """The program *command* is run at the times *on_calendar*.

    Times are such as ``daily`` or ``Mon *-*-* 04:00`` (systemd.time(7)). As *user*, in *cwd*, with *environment*;
    up to *randomized_delay_s* seconds later, so that not all hosts begin at once. What fell due while the host was
    off is made up for if *persistent*. *command* is a line as ``ExecStart=`` has it (systemd.service(5)); one that
    wants a shell says so: ``/bin/sh -c '…'``. Its units are *name*.timer and *name*.service, what it says is in the
    journal. With the *state* ``absent`` there are none. Raises ``ValueError``, and ``StepError`` for times that
    systemd does not understand.
    """

    name: str
    command: str = ""
    on_calendar: str = ""
    user: str = "root"
    cwd: str = ""
    environment: Tuple[Tuple[str, str], ...] = ()
    persistent: bool = True
    randomized_delay_s: int = 0
    description: str = ""
    state: str = "present"

    def __post_init__(self) -> None:
        require_word("state", self.state)
        require_name("name", self.name, "-_.@")
        require_line(
            "timer", self.command, self.on_calendar, self.user, self.cwd, self.description, *self._pairs
        )
        if self.state != ABSENT and not (self.command and self.on_calendar):
            raise ValueError("a timer wants command= and on_calendar=")

    @property
    def _pairs(self) -> Tuple[str, ...]:
        return tuple("%s=%s" % (name, value) for name, value in self.environment)

    def desired(self) -> State:
        if self.state == ABSENT:
            return None
        return {"timer": self._timer, "service": self._service, "running": True, "enabled": True}

    def surveyed(self) -> Tuple[str, ...]:
        return (self._unit,)

    def inspect(self, machine: Machine) -> State:
        files = {kind: read_entry(machine.path(self._place(kind))) for kind in ("timer", "service")}
        if not any(files.values()):
            return None
        seen = systemd.show(machine, self._unit, "ActiveState", "UnitFileState")
        return {
            **{kind: (entry or {}).get("content") for kind, entry in files.items()},
            "running": seen.get("ActiveState") in systemd.RUNNING,
            "enabled": seen.get("UnitFileState", "").startswith("enabled"),
            "files": files,
        }

    def apply(self, machine: Machine, change: Change) -> None:
        after: Dict[str, Any] = change.after or {"files": {"timer": None, "service": None}}
        if change.after is None:
            systemd.disable_now(machine, [self._unit])
        elif "files" not in after:
            self._require_times(machine)
        files = after.get("files") or self._files
        for kind, entry in files.items():
            write_entry(machine.path(self._place(kind)), entry)
        systemd.read_unit_files(machine)
        if change.after is not None:
            self._set_going(machine, change.after)

    def _set_going(self, machine: Machine, after: Dict[str, Any]) -> None:
        systemd.start_at_boot(machine, [self._unit], enabled=after["enabled"])
        if after["running"]:
            # A timer that runs goes on by its old times until it starts anew.
            machine.run((*systemd.START_ANEW, "--", self._unit))
        else:
            systemd.stop(machine, [self._unit])

    def _require_times(self, machine: Machine) -> None:
        done = systemd.elapses(machine, self.on_calendar)
        if done.status not in (0, 127):
            raise StepError("systemd does not understand the times %r" % self.on_calendar, done.output)

    @property
    def _unit(self) -> str:
        return self.name + ".timer"

    def _place(self, kind: str) -> str:
        return "%s/%s.%s" % (DIRECTORY, self.name, kind)

    @property
    def _files(self) -> Dict[str, Any]:
        texts = {"service": self._service, "timer": self._timer}
        return {kind: {**RIGHTS, "content": text} for kind, text in texts.items()}

    @property
    def _service(self) -> str:
        environment = (("Environment", _quoted(pair)) for pair in self._pairs)
        settings = (
            ("User", self.user),
            ("WorkingDirectory", self.cwd),
            *environment,
            ("ExecStart", self.command),
        )
        return SERVICE.format(description=self._told, settings=_lines(*settings))

    @property
    def _timer(self) -> str:
        delay = "%ds" % self.randomized_delay_s if self.randomized_delay_s else ""
        settings = (
            ("OnCalendar", self.on_calendar),
            ("RandomizedDelaySec", delay),
            ("Persistent", "true" if self.persistent else ""),
        )
        return TIMER.format(description=self._told, settings=_lines(*settings))

    @property
    def _told(self) -> str:
        return self.description or self.name


def _lines(*settings: Tuple[str, str]) -> str:
    return "".join("%s=%s\n" % (name, value) for name, value in settings if value)


def _quoted(pair: str) -> str:
    """*pair* as Environment= has it, where % begins a specifier (systemd.exec(5))."""
    return '"%s"' % pair.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
