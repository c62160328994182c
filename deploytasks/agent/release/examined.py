"""What was found on a host before a deploy: the answer to ``Examine``."""

from __future__ import annotations

from typing import Dict, Optional, Tuple

from deploytasks.agent.firewall.firewall import Rule
from deploytasks.agent.firewall.packet_filter import Barrier
from deploytasks.agent.frozen import frozen
from deploytasks.agent.release.facts import Facts
from deploytasks.agent.release.unread_files import Unread


@frozen
class Disk:
    """The file system that *path* lies on, or will; *free_inodes* is None where they are not counted."""

    path: str
    free_mb: int
    free_inodes: Optional[int]
    read_only: bool


@frozen
class Firewall:
    """Whether it is *on*, whether it *refuses* what no rule is about, and its *rules*."""

    on: bool
    refuses: bool
    rules: Tuple[Rule, ...]


@frozen
class Certificate:
    """The certificate at *path*, which is good *until* a moment (epoch, s)."""

    path: str
    until: float


@frozen
class Examined:
    """A host as it is, without a verdict.

    *clock* is its time (epoch, s), *systemd* what that says of itself, empty for none. *listeners* are programs by
    their ports; those in *serving* have a site of the app. *addresses* are the host's own. *visit* is what became of a
    visitor's request, ``ok`` or what is wrong; None where nobody can ask. *prospect* is why the release cannot start
    again, or will not. *unread* are files that a web server is to serve and cannot read.
    """

    facts: Facts
    clock: float
    systemd: str
    disks: Tuple[Disk, ...]
    memory_mb: Optional[int]
    listeners: Dict[str, str]
    firewall: Firewall
    certificates: Tuple[Certificate, ...]
    addresses: Tuple[str, ...]
    serving: Tuple[str, ...] = ()
    barriers: Tuple[Barrier, ...] = ()
    visit: Optional[str] = None
    prospect: str = ""
    unread: Tuple[Unread, ...] = ()
