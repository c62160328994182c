"""Where each web server has an app's site, and what its program is called."""

from __future__ import annotations

import os
import re
from typing import Iterator

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine

PROGRAMS = {"nginx": "nginx", "apache": "apache2", "caddy": "caddy", "none": "systemd"}
SITES = {
    "nginx": "/etc/nginx/sites-enabled/%s",
    "apache": "/etc/apache2/sites-available/%s.conf",
    "caddy": "/etc/caddy/sites/%s.caddy",
    "none": "/etc/systemd/system/%s-front.socket",
}


def programs_serving(machine: Machine, app: str) -> Iterator[str]:
    """The programs of the web servers that have a site of *app*."""
    for server, place in SITES.items():
        if os.path.exists(machine.path(place % app)):
            yield PROGRAMS[server]


def site_has_port(machine: Machine, server: str, app: str, port: int) -> bool:
    """Whether the site of *app* that *server* has names *port*."""
    try:
        with reading(os.path.realpath(machine.path(SITES[server] % app)), errors="replace") as file:
            return bool(re.search(r"\b%d\b" % port, file.read()))
    except OSError:
        return False
