"""What is well and what is not on a host, before a deploy finds out: verdicts on what the agent has seen there."""

from __future__ import annotations

import enum
from dataclasses import field
from typing import TYPE_CHECKING

from deploytasks.agent.firewall.firewall import Rule
from deploytasks.agent.frozen import frozen
from deploytasks.errors import VariableError
from deploytasks.planning.python_choice import chosen_python, python_to_bring

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deploytasks.agent.firewall.packet_filter import Barrier
    from deploytasks.agent.release.examined import Certificate, Disk, Examined, Firewall
    from deploytasks.agent.release.facts import Facts
    from deploytasks.agent.release.unread_files import Unread
    from deploytasks.source.python_wanted import PythonWanted

DAY_S = 86_400
LITTLE_DISK_MB = 1024
NO_DISK_MB = 200
FEW_INODES = 10_000
LITTLE_MEMORY_MB = 200
CLOCK_DRIFT_S = 5.0
"""From here on logs of several hosts cannot be read together."""
CLOCK_WRONG_S = 300.0
"""From here on certificates and signed requests are refused."""
RENEWAL_DAYS = 14
TRIED = ("debian", "ubuntu")

EVERYTHING = Rule(4, "allow", "any", "any", "any", "", "", plain=True)
"""What counts where nothing is kept out."""


class Verdict(enum.Enum):
    """What a finding means for the next deploy."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@frozen
class Finding:
    """What was *found* where a *check* looked, and what a person can do about it."""

    check: str
    verdict: Verdict
    found: str
    advice: str = ""


@frozen
class Needs:
    """What an app needs of its host: *ports* for the program *server*, *names* that lead there, rules by *firewall*.

    *addresses* are what each name leads to, seen from here. A deploy opens the ports, unless it *opens* none. *python*
    is the one that was chosen, *pythons* what the source says that it runs on; where none fits, one is brought if it
    *brings_python*. *unreached* are ports at which nobody answers to this machine, and why.
    """

    server: str = ""
    ports: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    addresses: tuple[tuple[str, ...], ...] = ()
    firewall: str = "none"
    opens: bool = True
    has_acme: bool = False
    python: str = ""
    pythons: tuple[PythonWanted, ...] = ()
    brings_python: bool = False
    unreached: Mapping[int, str] = field(default_factory=dict)


def findings(needs: Needs, seen: Examined, now: float) -> Iterator[Finding]:
    """Each check with its verdict; *now* is this moment here (epoch, s)."""
    yield _system(seen.facts, seen.systemd)
    yield from _restrictions(seen.facts)
    yield from _python(seen.facts, needs)
    yield from map(_disk, seen.disks)
    yield _memory(seen.memory_mb)
    yield _clock(seen.clock - now)
    owners = ((port, seen.listeners.get(str(port))) for port in needs.ports)
    yield from (_port(port, needs.server, owner, seen.serving) for port, owner in owners)
    yield _firewall(needs, seen.facts.ssh_port, seen.firewall)
    shut = ((port, barrier) for port in needs.ports for barrier in seen.barriers if not barrier.admits(port))
    yield from (_barrier(port, barrier) for port, barrier in shut)
    yield from _prospect(seen.prospect)
    yield from _visitors(seen.visit, needs.unreached)
    yield from (_unread(unread, needs.server) for unread in seen.unread)
    own = {*seen.addresses}
    named = zip(needs.names, needs.addresses, strict=True)
    yield from (_name(name, addresses, own, needs.has_acme) for name, addresses in named)
    yield from (_certificate(found, now) for found in seen.certificates)


def _system(facts: Facts, systemd: str) -> Finding:
    found = f"{facts.distribution} {facts.version}, Python {facts.python}, systemd {systemd or 'absent'}"
    if not facts.systemd:
        return Finding("system", Verdict.BAD, found, "deploytasks needs a host that systemd has booted")
    if facts.distribution not in TRIED:
        return Finding("system", Verdict.DOUBTFUL, found, f"tried on {' and '.join(TRIED)} only")
    if systemd not in ("running", "starting"):
        return Finding("system", Verdict.DOUBTFUL, found, "see on the host: systemctl --failed")
    return Finding("system", Verdict.GOOD, found)


def _restrictions(facts: Facts) -> Iterator[Finding]:
    """Nothing of a host that can do all."""
    if facts.unable:
        found = f"systemd cannot do {', '.join(facts.unable)} here: left out of the app's units"
        advice = "a container wants nesting (Proxmox: features nesting=1; LXD: security.nesting=true) and a restart"
        yield Finding("restrictions", Verdict.DOUBTFUL, found, advice)


def _python(facts: Facts, needs: Needs) -> Iterator[Finding]:
    if not (needs.python or needs.pythons):
        return
    brought = python_to_bring(facts, needs.python, needs.pythons) if needs.brings_python else ""
    if brought:
        yield Finding("python", Verdict.GOOD, f"{brought}, which a deploy brings")
        return
    try:
        found = chosen_python(facts, needs.python, needs.pythons, facts.hostname)
    except VariableError as error:
        yield Finding("python", Verdict.BAD, ", ".join(facts.pythons), str(error))
    else:
        yield Finding("python", Verdict.GOOD, found)


def _disk(disk: Disk) -> Finding:
    inodes = disk.free_inodes
    found = f"{disk.path}: {disk.free_mb} MiB free" + (f", {inodes} inodes" if inodes is not None else "")
    few = inodes is not None and inodes < FEW_INODES
    if disk.read_only:
        return Finding(
            "disk", Verdict.BAD, f"{disk.path}: read-only", "see on the host: dmesg; mount it read-write"
        )
    if disk.free_mb < NO_DISK_MB:
        return Finding("disk", Verdict.BAD, found, "a release would not fit: inv prune, or a larger disk")
    if disk.free_mb < LITTLE_DISK_MB or few:
        return Finding(
            "disk", Verdict.DOUBTFUL, found, "room for few releases: inv prune, or fewer app_keep_releases"
        )
    return Finding("disk", Verdict.GOOD, found)


def _memory(available_mb: int | None) -> Finding:
    if available_mb is None:
        return Finding("memory", Verdict.DOUBTFUL, "not known", "see on the host: free -m")
    found = f"{available_mb} MiB available"
    if available_mb < LITTLE_MEMORY_MB:
        advice = "a new instance starts beside the old one: fewer workers, or more memory"
        return Finding("memory", Verdict.DOUBTFUL, found, advice)
    return Finding("memory", Verdict.GOOD, found)


def _clock(ahead_s: float) -> Finding:
    found = f"{abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'} this machine"
    if abs(ahead_s) < CLOCK_DRIFT_S:
        return Finding("clock", Verdict.GOOD, "as this machine's")
    advice = "on the host: timedatectl set-ntp true"
    return Finding("clock", Verdict.BAD if abs(ahead_s) >= CLOCK_WRONG_S else Verdict.DOUBTFUL, found, advice)


def clock_against(host: str, ahead_s: float) -> Finding:
    """This machine's clock, compared with that of *host*, which is so much ahead (s)."""
    if abs(ahead_s) < CLOCK_DRIFT_S:
        return Finding("clock", Verdict.GOOD, f"as that of {host}")
    found = f"{abs(ahead_s):.0f} s {'behind' if ahead_s > 0 else 'ahead of'} that of {host}"
    verdict = Verdict.BAD if abs(ahead_s) >= CLOCK_WRONG_S else Verdict.DOUBTFUL
    return Finding("clock", verdict, found, "one of the two is wrong; let both keep network time (NTP)")


def _port(port: int, server: str, owner: str | None, serving: tuple[str, ...]) -> Finding:
    if owner is None:
        return Finding("port", Verdict.GOOD, f"{port} is free")
    if owner == server:
        return Finding("port", Verdict.GOOD, f"{port} is {server}'s")
    if owner in serving:
        return Finding(
            "port", Verdict.GOOD, f"{port} is {owner}'s, which serves the app; a deploy gives it to {server}"
        )
    advice = f"stop {owner}, or give {server} another port"
    return Finding("port", Verdict.BAD, f"{port} is taken by {owner}", advice)


def _firewall(needs: Needs, ssh_port: int, seen: Firewall) -> Finding:
    if not seen.on:
        if needs.firewall == "none":
            return Finding("firewall", Verdict.GOOD, "off, as app_firewall=none has it")
        return Finding("firewall", Verdict.GOOD, "off; a deploy admits SSH first, and turns it on")
    rules = seen.rules if seen.refuses else (EVERYTHING,)
    locked = [ssh_port] if ssh_port and not any(rule.admits(ssh_port) for rule in rules) else []
    shut = locked + [port for port in needs.ports if not any(rule.opens(port) for rule in rules)]
    if not shut:
        return Finding("firewall", Verdict.GOOD, "on, with SSH and the app's ports open")
    found = f"on, and no rule opens {', '.join(map(str, shut))}"
    if needs.firewall == "none":
        return Finding(
            "firewall", Verdict.DOUBTFUL, found, "app_firewall=none leaves that to you: ufw allow PORT/tcp"
        )
    if not needs.opens and shut != locked:
        advice = f"app_web_server=none leaves that to you: inv allow --port {shut[-1]}, or ufw_allow"
        return Finding("firewall", Verdict.DOUBTFUL, found, advice)
    return Finding("firewall", Verdict.GOOD, f"{found}; a deploy does")


def _barrier(port: int, barrier: Barrier) -> Finding:
    found = f"nftables' chain {barrier.name} admits nobody to port {port}"
    return Finding("packet filter", Verdict.BAD, found, f"add to it: tcp dport {port} accept")


def _prospect(prospect: str) -> Iterator[Finding]:
    """What becomes of the release that serves."""
    if prospect:
        verdict = Verdict.BAD if "cannot start" in prospect else Verdict.DOUBTFUL
        yield Finding("release", verdict, prospect)


def _visitors(visit: str | None, unreached: Mapping[int, str]) -> Iterator[Finding]:
    """What becomes of their requests: on the host itself, and from here."""
    if visit == "ok":
        yield Finding("visitors", Verdict.GOOD, "get the app")
    elif visit is not None:
        yield Finding("visitors", Verdict.BAD, visit, "inv deploy puts right what is ours; see inv logs")
    for port, why in unreached.items() if visit == "ok" else ():
        advice = (
            "a firewall in front of the host, such as a security group of its cloud, has to let visitors in"
        )
        yield Finding("visitors", Verdict.DOUBTFUL, f"port {port} cannot be reached from here: {why}", advice)


def _unread(unread: Unread, server: str) -> Finding:
    found = (
        f"{server} cannot read {unread.count} of what it serves from {unread.directory}, such as {unread.example} "
        f"(mode {unread.mode})"
    )
    advice = (
        "in the app, before the file is renamed: os.chmod(path, 0o640), as tempfile makes it for its owner alone; for "
        f"what is there, on the host: chmod -R g+rX {unread.directory}"
    )
    return Finding("static files", Verdict.DOUBTFUL, found, advice)


def _name(name: str, addresses: tuple[str, ...], own: set[str], has_acme: bool) -> Finding:
    needed = Verdict.BAD if has_acme else Verdict.DOUBTFUL
    if not addresses:
        return Finding("name", needed, f"{name} leads nowhere", "make a DNS record of type A or AAAA for it")
    found = f"{name} leads to {', '.join(addresses)}"
    if own.isdisjoint(addresses):
        return Finding(
            "name",
            Verdict.DOUBTFUL,
            found,
            "not an address of this host's own: well behind a balancer or NAT",
        )
    return Finding("name", Verdict.GOOD, found)


def _certificate(certificate: Certificate, now: float) -> Finding:
    path, left_s = certificate.path, certificate.until - now
    days = int(left_s // DAY_S)
    if left_s <= 0:
        return Finding(
            "certificate",
            Verdict.BAD,
            f"{path} has expired",
            "bring a new one, or see: systemctl list-timers",
        )
    if days < RENEWAL_DAYS:
        return Finding(
            "certificate", Verdict.DOUBTFUL, f"{path}: {days} days left", "see: systemctl list-timers"
        )
    return Finding("certificate", Verdict.GOOD, f"{path}: {days} days left")
