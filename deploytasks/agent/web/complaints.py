"""What a web server complains about in its error log."""

from __future__ import annotations

import os

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.services.last_words import last_words

ERROR_LOGS = {"nginx": "/var/log/nginx/error.log", "apache": "/var/log/apache2/error.log"}
UNITS = {"nginx": "nginx.service", "apache": "apache2.service", "caddy": "caddy.service"}
KEPT_LINES = 5


class Complaints:
    """What the web server *server* writes to its error log from now on."""

    def __init__(self, machine: Machine, server: str) -> None:
        self._machine = machine
        self._server = server
        self._seen = self._size()

    def __str__(self) -> str:
        """The last lines of it; where it writes to the journal, of all that it said since its start."""
        if self._server in ERROR_LOGS:
            lines = self._written().splitlines()
        else:
            lines = last_words(self._machine, UNITS.get(self._server, self._server)).splitlines()
        return "\n".join(lines[-KEPT_LINES:])

    @property
    def _path(self) -> str:
        return self._machine.path(ERROR_LOGS.get(self._server, "/dev/null"))

    def _size(self) -> int:
        try:
            return os.path.getsize(self._path)
        except OSError:
            return 0

    def _written(self) -> str:
        try:
            with reading(self._path, errors="replace") as file:
                file.seek(self._seen)
                return file.read()
        except OSError:
            return ""
