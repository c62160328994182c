"""The machine itself, made ready: who logs in, how sshd lets them in, time, language, name, memory, logs, upgrades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from deploytasks.agent.frozen import frozen
from deploytasks.planning.plan import Step
from deploytasks.resources import (
    Fail2banJail,
    File,
    Hostname,
    HostsEntry,
    Journald,
    Locale,
    Locales,
    Package,
    Service,
    SshdSetting,
    Swap,
    Sysctl,
    Timezone,
    Upgrade,
)
from deploytasks.roles.server.login import Login, UserName, logins
from deploytasks.roles.server.upgrades import AUTOMATIC, automatic_upgrades

if TYPE_CHECKING:
    from deploytasks.inventory import Host

Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f]*\Z", examples=["Europe/Berlin"])]
Size = Annotated[str, Meta(pattern=r"^([1-9][0-9]*[MG])?\Z", examples=["1G", "512M"])]
Clock = Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?\Z", examples=["04:00"])]
HARDENED = {
    "PasswordAuthentication": "no",
    "KbdInteractiveAuthentication": "no",
    "PermitRootLogin": "no",
    "MaxAuthTries": "4",
    "X11Forwarding": "no",
}
"""What *ssh_hardened* says to sshd: keys alone, and nobody as root."""
ALWAYS_THERE = ("C.UTF-8", "C.utf8", "C", "POSIX")
OWN_ADDRESS = "127.0.1.1"
"""Where Debian has a host find its own name (Debian reference, 5.1.1)."""
JAIL = {"backend": "systemd", "banaction": "nftables"}
"""sshd's words are in the journal, and no file has them."""


@frozen
class Vars:
    """``server_NAME`` in the inventory; see README.md."""

    users: Mapping[UserName, Login] = field(default_factory=dict)
    hostname: Line = ""
    timezone: Line = ""
    locale: Line = ""
    packages: tuple[Line, ...] = ()
    upgrade: Literal["", "safe", "full"] = ""
    unattended_upgrades: bool = False
    unattended_reboot: Clock = ""
    swap: Size = ""
    sysctl: Mapping[str, str | int] = field(default_factory=dict)
    journal_max_use: Size = ""
    journal_max_age: Line = ""
    time_sync: Literal["", "systemd-timesyncd", "chrony"] = ""
    ssh_hardened: bool = False
    sshd: Mapping[str, str | int | bool] = field(default_factory=dict)
    fail2ban: bool = False
    fail2ban_sshd: Mapping[str, str | int] = field(default_factory=dict)
    motd: str = ""

    def __post_init__(self) -> None:
        if self.unattended_reboot and not self.unattended_upgrades:
            raise ValueError("unattended_reboot: counts with server_unattended_upgrades=true alone")
        for name, part in PARTS:
            try:
                tuple(part(self))
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """Who logs in comes before how sshd lets them in; what may take long, before what depends on it."""
    del host
    for _, part in PARTS:
        yield from part(v)


def _name(v: Vars) -> Iterator[Step]:
    if v.hostname:
        names = tuple(dict.fromkeys((v.hostname, v.hostname.partition(".")[0])))
        yield Step("name the host", Hostname(v.hostname))
        yield Step("have the host find itself", HostsEntry(OWN_ADDRESS, names))


def _time(v: Vars) -> Iterator[Step]:
    if v.timezone:
        yield Step("set the time zone", Timezone(v.timezone))
    if v.time_sync:
        yield Step(f"install {v.time_sync}", Package(v.time_sync))
        yield Step("keep the time right", Service(v.time_sync, running=None))


def _language(v: Vars) -> Iterator[Step]:
    if v.locale and v.locale not in ALWAYS_THERE:
        yield Step("install locales", Package("locales"))
        yield Step("make the locale", Locales((v.locale,)))
    if v.locale:
        yield Step("set the locale", Locale(v.locale))


def _packages(v: Vars) -> Iterator[Step]:
    if v.upgrade:
        yield Step("upgrade all packages", Upgrade(v.upgrade))
    if v.packages:
        yield Step("install packages", Package(v.packages))
    if v.unattended_upgrades:
        yield Step("install unattended-upgrades", Package("unattended-upgrades"))
        yield Step("upgrade by itself", File(AUTOMATIC, automatic_upgrades(v.unattended_reboot)))


def _people(v: Vars) -> Iterator[Step]:
    return logins(v.users)


def _memory(v: Vars) -> Iterator[Step]:
    if v.swap:
        yield Step("make a swap file", Swap(size=v.swap))


def _kernel(v: Vars) -> Iterator[Step]:
    for name, value in v.sysctl.items():
        yield Step(f"set {name}", Sysctl(name, value))


def _journal(v: Vars) -> Iterator[Step]:
    limits = {"SystemMaxUse": v.journal_max_use, "MaxRetentionSec": v.journal_max_age}
    given = {name: value for name, value in limits.items() if value}
    if given:
        yield Step("limit the journal", Journald(given))


def _ways_in(v: Vars) -> Iterator[Step]:
    settings = {**(HARDENED if v.ssh_hardened else {}), **v.sshd}
    if settings:
        yield Step("set sshd", SshdSetting(settings))


def _jail(v: Vars) -> Iterator[Step]:
    if v.fail2ban:
        yield Step("install fail2ban", Package(("fail2ban", "python3-systemd", "nftables")))
        yield Step("watch who knocks at sshd", Fail2banJail("sshd", {**JAIL, **v.fail2ban_sshd}))
        yield Step("run fail2ban", Service("fail2ban"))


def _message(v: Vars) -> Iterator[Step]:
    if v.motd:
        yield Step("write the message of the day", File("/etc/motd", v.motd.rstrip("\n") + "\n"))


PARTS = (
    ("hostname", _name),
    ("timezone", _time),
    ("locale", _language),
    ("packages", _packages),
    ("users", _people),
    ("swap", _memory),
    ("sysctl", _kernel),
    ("journal_max_use", _journal),
    ("sshd", _ways_in),
    ("fail2ban_sshd", _jail),
    ("motd", _message),
)
"""Each in its turn, and the variable that is named when a value of it cannot be."""
