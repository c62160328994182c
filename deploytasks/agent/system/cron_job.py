"""A program that cron runs at certain times."""

from __future__ import annotations

from typing import Tuple

from deploytasks.agent.disk.entry import read_directory, read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_line, require_name, require_word
from deploytasks.agent.regex import regex

DIRECTORY = "/etc/cron.d"
FIELD = regex(r"[0-9A-Za-z*,/-]+")
TIMES = ("reboot", "hourly", "daily", "weekly", "monthly", "annually", "yearly", "midnight")


@frozen
class CronJob(Resource):
    """cron(8) runs the shell line *job* as *user* at these times (crontab(5)).

    It is /etc/cron.d/*name*, with the *environment* that is given, such as ``MAILTO``. *special_time*, such as
    ``daily``, stands for the five fields. A job that is *disabled* stays as a remark; with the *state* ``absent``
    there is no such file. A percent sign in *job* ends its line, as crontab(5) has it. Parameters as in
    ansible.builtin.cron with cron_file; a ``Timer`` of systemd is better where what a job says shall be in the
    journal. Raises ``ValueError``.
    """

    name: str
    job: str = ""
    minute: str = "*"
    hour: str = "*"
    day: str = "*"
    month: str = "*"
    weekday: str = "*"
    special_time: str = ""
    user: str = "root"
    environment: Tuple[Tuple[str, str], ...] = ()
    disabled: bool = False
    state: str = "present"

    def __post_init__(self) -> None:
        require_word("state", self.state)
        require_name("name", self.name)  # cron leaves out a file with a dot in its name
        require_line("job", self.job, self.user, *(word for pair in self.environment for word in pair))
        wrong = next((field for field in self._fields if not FIELD.fullmatch(field)), None)
        if wrong is not None:
            raise ValueError("time %r; expected one such as 5, */10 or mon-fri (crontab(5))" % wrong)
        if self.special_time:
            require_word("special_time", self.special_time, TIMES)
        if self.state != ABSENT and not (self.job and self.user):
            raise ValueError("a cron job wants job=")

    @property
    def _fields(self) -> Tuple[str, ...]:
        return tuple(map(str, (self.minute, self.hour, self.day, self.month, self.weekday)))

    def desired(self) -> State:
        if self.state == ABSENT:
            return None
        return {"kind": "file", "mode": "0644", "owner": "root", "group": "root", "content": self._content}

    def inspect(self, machine: Machine) -> State:
        return read_entry(machine.path(self._place))

    def apply(self, machine: Machine, change: Change) -> None:
        if change.after is not None and read_directory(machine.path(DIRECTORY)) is None:
            raise StepError("there is no %s: a step before this one installs the package cron" % DIRECTORY)
        write_entry(machine.path(self._place), change.after)

    @property
    def _place(self) -> str:
        return "%s/%s" % (DIRECTORY, self.name)

    @property
    def _content(self) -> str:
        times = "@" + self.special_time if self.special_time else " ".join(self._fields)
        environment = "".join('%s="%s"\n' % pair for pair in self.environment)
        off = "#" if self.disabled else ""
        return "# Managed by deploytasks.\n%s%s%s %s %s\n" % (environment, off, times, self.user, self.job)
