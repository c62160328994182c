"""The sites of nginx are read by it."""

from __future__ import annotations

import os
import re
from fnmatch import fnmatch

from deploytasks.agent.disk.entry import make_directories, read_entry, remove_entry, write_file
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

CONFIGURATION = "/etc/nginx/nginx.conf"
OURS = "/etc/nginx/conf.d/deploytasks-sites.conf"
DIRECTORIES = ("/etc/nginx/sites-available", "/etc/nginx/sites-enabled")
LINE = "include /etc/nginx/sites-enabled/*;"
TEXT = "# nginx.org's package reads no other directory than this one. Managed by deploytasks.\n" + LINE + "\n"
INCLUDE = regex(r"^[^#\n]*\binclude\s+([^\s;]+)\s*;", re.MULTILINE)
OF_NGINX_ORG = "/etc/nginx/conf.d/*.conf"
OF_DEBIAN = "/usr/share/doc/nginx-common"
"""Debian's nginx has the directory of sites, and a line for it."""


@frozen
class NginxSites(Resource):
    """nginx reads *site*, a file in sites-enabled.

    With nginx.org's package a file in conf.d includes those. Debian's includes them by itself: where somebody has taken
    its line away, ``StepError`` says so, as the configuration is no longer the package's.
    """

    site: str

    def desired(self) -> State:
        return {"read": True}

    def inspect(self, machine: Machine) -> State:
        text = str((read_entry(machine.path(CONFIGURATION)) or {}).get("content", ""))
        if not text or self._is_read(text) or self._is_read(machine.ask(["nginx", "-T"]).stdout):
            return {"read": True}
        if os.path.isdir(machine.path(OF_DEBIAN)) or OF_NGINX_ORG not in INCLUDE.findall(text):
            told = "nginx does not read its site %s: %s includes no such file. Put the line `%s` into its block http"
            raise StepError(told % (self.site, CONFIGURATION, LINE))
        return {"read": os.path.exists(machine.path(OURS))}

    def apply(self, machine: Machine, change: Change) -> None:
        if not (change.after or {}).get("read"):
            remove_entry(machine.path(OURS))
            return
        for directory in DIRECTORIES:
            make_directories(machine.path(directory), "0755")
        write_file(machine.path(OURS), TEXT.encode("ascii"), {"mode": "0644"})

    def _is_read(self, text: str) -> bool:
        patterns = (os.path.join(os.path.dirname(CONFIGURATION), found) for found in INCLUDE.findall(text))
        return any(fnmatch(self.site, pattern) for pattern in patterns)
