"""What a role may know of a host before it renders."""

from __future__ import annotations

import re
from typing import Optional, Tuple

from deploytasks.agent.frozen import frozen


@frozen
class Facts:
    """The host as the agent found it.

    *memory_mb* is in MiB; *ssh_port* is the port that sshd itself listens on.

    At *default_ports* a site of somebody else's takes the requests of nginx that no other site wants; without *ipv6*
    nobody can listen there (``ipv6.disable=1``).

    Its systemd, of this *systemd_version* (0: not known), is *unable* to make those restrictions of a unit.

    *current*, *previous* and *digest* are those of the app that is being worked on.
    """

    distribution: str = "debian"
    version: str = "12"
    codename: str = "bookworm"
    architecture: str = "x86_64"
    libc: str = "glibc 2.36"
    hostname: str = "localhost"
    cpus: int = 1
    memory_mb: int = 1024
    python: str = "3.11.2"
    pythons: Tuple[str, ...] = ("python3",)
    ssh_port: int = 22
    systemd: bool = True
    systemd_version: int = 252
    unable: Tuple[str, ...] = ()
    ipv6: bool = True
    default_ports: Tuple[int, ...] = ()
    current: Optional[str] = None
    previous: Optional[str] = None
    digest: Optional[str] = None

    @property
    def python_version(self) -> Tuple[int, ...]:
        """The version of ``python3``, such as ``(3, 11, 2)``."""
        return tuple(int(part) for part in re.findall(r"\d+", self.python)[:3])

    @property
    def python_platform(self) -> str:
        """What a virtual environment depends on besides its packages."""
        return "%s %s %s" % (self.python, self.architecture, self.libc)
