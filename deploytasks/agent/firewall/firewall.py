"""ufw's own records: its rules, and whether it is on (ufw(8)); read without a process.

ufw keeps each rule as a comment above the iptables lines that it made of it::

    ### tuple ### allow tcp 80 0.0.0.0/0 any 0.0.0.0/0 in comment=776562

that is: action, protocol, port, destination, source port, source, direction; a rule of an
application profile has the profile's name before the direction.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Iterator, Tuple, Union, cast

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

RULES = {4: "/etc/ufw/user.rules", 6: "/etc/ufw/user6.rules"}
SETTINGS = "/etc/ufw/ufw.conf"
DEFAULTS = "/etc/default/ufw"
TUPLE = regex(r"^### tuple ### (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (.*)$", re.MULTILINE)
ANYWHERE = ("0.0.0.0/0", "::/0", "any")
UNTIL = "deploytasks: until "
"""Begins the comment of a rule that is to be taken away by itself."""
OF_APP = "deploytasks: for "
"""Begins the comment of one that was made for the app which it names."""

Network = Union["IPv4Network", "IPv6Network", None]


@frozen
class Rule:
    """A rule of one *family* (4 or 6); *plain* when only action, port, protocol and source narrow it.

    *profile* is the application profile that it came from, if any; ufw takes it for another rule then.
    """

    family: int
    action: str
    protocol: str
    port: str
    source: str
    comment: str
    profile: str
    plain: bool

    def admits(self, port: int) -> bool:
        """Whether it lets somebody connect to the TCP *port* here."""
        return self.plain and self.allows and self.protocol in ("tcp", "any") and _covers(self.port, port)

    def opens(self, port: int) -> bool:
        """Whether it lets everybody connect to the TCP *port* here."""
        return self.admits(port) and network(self.source) is None

    def decides(self, port: int, protocol: str, source: str) -> bool:
        """Whether it says what becomes of all that comes from *source* to *port* here."""
        same = self.plain and self.protocol in (protocol, "any") and _covers(self.port, port)
        return same and _includes(network(self.source), network(source))

    @property
    def allows(self) -> bool:
        return self.action.partition("_")[0] in ("allow", "limit")

    @property
    def app(self) -> str:
        """The app that it was made for; empty for one of somebody else's."""
        return self.comment[len(OF_APP) :] if self.comment.startswith(OF_APP) else ""

    @property
    def is_temporary(self) -> bool:
        """Whether it is to be taken away by itself; see ``Opening``."""
        return is_temporary(self.comment)


def rules(machine: Machine) -> Tuple[Rule, ...]:
    """All rules, none where there is no ufw."""
    return tuple(rule for family, path in RULES.items() for rule in _rules_in(_read(machine, path), family))


def families(machine: Machine) -> Tuple[int, ...]:
    """The address families that ufw filters."""
    return (4, 6) if _setting(machine, DEFAULTS, "IPV6") == "yes" else (4,)


def is_enabled(machine: Machine) -> bool:
    """Whether the firewall is set to be on, from now and at boot."""
    return _setting(machine, SETTINGS, "ENABLED") == "yes"


def refuses_by_default(machine: Machine) -> bool:
    """Whether what no rule admits is kept out."""
    return _setting(machine, DEFAULTS, "DEFAULT_INPUT_POLICY") != "accept"


def network(source: str) -> Network:
    """*source* as an address range, None for anywhere; raises ``ValueError`` for anything else."""
    if source in ANYWHERE:
        return None
    from ipaddress import ip_network

    return ip_network(source, strict=False)


def is_temporary(comment: str) -> bool:
    """Whether a rule with this *comment* is to be taken away by itself."""
    return comment.startswith(UNTIL)


def _rules_in(text: str, family: int) -> Iterator[Rule]:
    for match in TUPLE.finditer(text):
        action, protocol, port, destination, source_port, source, rest = match.groups()
        words, _, comment = rest.partition(" comment=")
        profile, _, direction = words.rpartition(" ")
        plain = destination in ANYWHERE and source_port == "any" and direction == "in"
        yield Rule(family, action, protocol, port, source, _decoded(comment), profile, plain)


def _covers(ports: str, port: int) -> bool:
    if ports == "any":
        return True
    ranges = (part.partition(":") for part in ports.split(","))
    return any(int(low) <= port <= int(high or low) for low, _, high in ranges)


def _includes(outer: Network, inner: Network) -> bool:
    if outer is None or inner is None:
        return outer is None
    return outer.version == inner.version and inner.subnet_of(cast("Any", outer))


def _decoded(comment: str) -> str:
    try:
        return bytes.fromhex(comment).decode("utf-8", "replace")
    except ValueError:
        return comment


def _setting(machine: Machine, path: str, name: str) -> str:
    found = re.search(r"^\s*%s\s*=\s*[\"']?(\w*)" % name, _read(machine, path), re.MULTILINE)
    return found.group(1).lower() if found else ""


def _read(machine: Machine, path: str) -> str:
    try:
        with reading(machine.path(path), errors="replace") as file:
            return file.read()
    except OSError:
        return ""
