"""Logs that are put aside before they grow too large."""

from __future__ import annotations

from typing import Tuple, Union

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.file import File
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_line, require_name, require_word

DIRECTORY = "/etc/logrotate.d"
APPROVED = ("logrotate", "--debug", "--state", "/dev/null", "{}")
USUAL = ("weekly", "rotate 4", "compress", "delaycompress", "missingok", "notifempty")


@frozen
class Logrotate(Resource):
    """logrotate(8) puts aside the logs *paths* as *options* say.

    A path may be a pattern. *postrotate* is a shell line that is run afterwards, once for all of them. It is
    /etc/logrotate.d/*name*, and logrotate understands it before it counts. With the *state* ``absent`` there is no
    such file. Raises ``ValueError``.
    """

    name: str
    paths: Union[str, Tuple[str, ...]] = ()
    options: Tuple[str, ...] = USUAL
    postrotate: str = ""
    state: str = "present"

    def __post_init__(self) -> None:
        object.__setattr__(self, "paths", (self.paths,) if isinstance(self.paths, str) else tuple(self.paths))
        require_word("state", self.state)
        require_name("name", self.name, "-_.")
        require_line("logrotate", *self.paths, *self.options, self.postrotate)
        if self.state != ABSENT and not (self.paths and all(path.startswith("/") for path in self.paths)):
            raise ValueError("paths %r; expected absolute ones, such as /var/log/shop/*.log" % (self.paths,))
        if any('"' in path for path in self.paths):
            raise ValueError("a path of logrotate has no quote in it")

    def desired(self) -> State:
        return None if self.state == ABSENT else self._file.desired()

    def inspect(self, machine: Machine) -> State:
        return self._file.inspect(machine)

    def apply(self, machine: Machine, change: Change) -> None:
        if change.after is not None and not machine.has("logrotate"):
            raise StepError("there is no logrotate: a step before this one installs the package logrotate")
        self._file.apply(machine, change)

    @property
    def _file(self) -> File:
        return File("%s/%s" % (DIRECTORY, self.name), self._content, validate=APPROVED)

    @property
    def _content(self) -> str:
        script = (
            ("sharedscripts", "postrotate", "    " + self.postrotate, "endscript") if self.postrotate else ()
        )
        lines = "".join("    %s\n" % line for line in (*self.options, *script))
        return "# Managed by deploytasks.\n%s {\n%s}\n" % (
            " ".join('"%s"' % path for path in self.paths),
            lines,
        )
