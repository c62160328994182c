"""What an app's units may not: one table, of which the units' directives and the README's table are made."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

from deploytasks.agent.frozen import frozen

Word = Literal["jit", "proc", "netlink", "namespaces", "home", "devices"]
"""What a restriction is lifted by: in ``systemd_allow``, or in the other sense in ``systemd_deny``."""
USUAL: frozenset[Word] = frozenset({"jit", "proc"})
"""What is allowed unless it is denied: without these, much of what people install breaks, and little is safer."""


@frozen
class Restriction:
    """A *directive* of systemd.exec(5), what it *breaks*, and the *word* by which a unit has *instead* in its place."""

    directive: str
    breaks: str
    word: Word | None = None
    instead: str = ""
    variables: tuple[str, ...] = ()
    """Others that make an exception to it."""

    @property
    def lifted_by(self) -> str:
        """As a person writes it into an inventory, in Markdown."""
        words = (f'`systemd_allow=["{self.word}"]`',) if self.word and self.word not in USUAL else ()
        usual = ("nothing: it is off, and `systemd_deny` turns it on",) if self.word in USUAL else ()
        return ", ".join((*usual, *words, *(f"`{name}`" for name in self.variables))) or "-"


RESTRICTIONS = (
    Restriction("NoNewPrivileges=yes", "`sudo`, `su`, and other programs that run as somebody else"),
    Restriction(
        "ProtectSystem=strict",
        "files written anywhere but in shared places, HOME, `/tmp`, and the directory of logs: `Read-only file system`",
        variables=("app_shared", "systemd_read_write_paths"),
    ),
    Restriction("ProtectHome=yes", "what lies in `/home`, `/root`, `/run/user`: it is not there", "home"),
    Restriction("PrivateTmp=yes", "sockets and files that other programs put into `/tmp` or `/var/tmp`"),
    Restriction(
        "PrivateDevices=yes",
        "serial ports, GPIO, cameras, graphics cards: `/dev` has none of them",
        "devices",
        variables=("systemd_devices",),
    ),
    Restriction(
        "DevicePolicy=closed",
        "the same: `Operation not permitted` when one is opened",
        "devices",
        "DeviceAllow=char-* rw",
        ("systemd_devices",),
    ),
    Restriction("PrivateUsers=yes", "names of other users, whose files are `nobody`'s"),
    Restriction("ProtectHostname=yes", "a change of the host's name"),
    Restriction("ProtectClock=yes", "a change of the clock"),
    Restriction("ProtectKernelTunables=yes", "writing below `/proc/sys` and `/sys`"),
    Restriction("ProtectKernelModules=yes", "modules of the kernel"),
    Restriction("ProtectKernelLogs=yes", "`dmesg`"),
    Restriction("ProtectControlGroups=yes", "control groups of one's own, as container engines make them"),
    Restriction(
        "ProtectProc=invisible", "a look at other users' processes, by `psutil.process_iter` and its like"
    ),
    Restriction(
        "ProcSubset=pid",
        "`/proc/meminfo`, `/proc/stat`, `/proc/cpuinfo`: psutil, prometheus_client, some of Node's packages",
        "proc",
    ),
    Restriction("RestrictRealtime=yes", "scheduling in real time"),
    Restriction("RestrictSUIDSGID=yes", "files and directories with setuid or setgid, such as mode 2750"),
    Restriction("LockPersonality=yes", "`setarch`, Wine, debuggers"),
    Restriction(
        "MemoryDenyWriteExecute=yes",
        "code made at run time: cffi's callbacks, numba, Node, wkhtmltopdf, JIT compilers",
        "jit",
    ),
    Restriction("RemoveIPC=yes", "shared memory that outlives the app's last process"),
    Restriction("CapabilityBoundingSet=", "what root may: ports below 1024 of its own, raw sockets, `chown`"),
    Restriction("AmbientCapabilities=", "the same"),
    Restriction("SystemCallArchitectures=native", "programs of 32 bits"),
    Restriction("SystemCallFilter=@system-service", "calls that no service has: `Operation not permitted`"),
    Restriction(
        "SystemCallFilter=~@privileged @resources",
        "`os.nice`, `os.sched_setaffinity`, limits of one's own: `Operation not permitted`",
    ),
    Restriction(
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
        "the list of network interfaces (`psutil.net_if_addrs`), Bluetooth, CAN: "
        "`[Errno 97] Address family not supported by protocol`",
        "netlink",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    ),
    Restriction(
        "RestrictNamespaces=yes",
        "the sandboxes of Chromium and Playwright, `bwrap`, `unshare`",
        "namespaces",
        "SystemCallFilter=@mount",
    ),
)
"""In the order in which a unit has them: of the filters of calls, a later one counts more."""
WITHOUT_NETWORK = ("PrivateNetwork=yes", "IPAddressDeny=any")


def directives(
    allowed: Collection[str], devices: Collection[str], unable: Collection[str], *, network: bool
) -> Iterator[str]:
    """The lines of a unit that restrict it, but for what is *allowed*, and what its host is *unable* to do.

    It has the *devices*, and without *network* reaches none.
    """
    for one in RESTRICTIONS:
        if one.directive in unable:
            yield f"# This host cannot do {one.directive}."
        else:
            line = one.instead if _is_lifted(one, allowed, devices) else one.directive
            yield from filter(None, [line if network else line.replace(" AF_INET AF_INET6", "")])
    yield from (f"DeviceAllow={device} rw" for device in devices)
    yield from () if network else WITHOUT_NETWORK


def _is_lifted(restriction: Restriction, allowed: Collection[str], devices: Collection[str]) -> bool:
    hides_devices = restriction.directive == "PrivateDevices=yes"
    return restriction.word in allowed or (hides_devices and bool(devices))
