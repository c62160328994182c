"""The task that opens a port of the firewall for a time."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import TYPE_CHECKING

from deploytasks.agent.release.questions import Allow, Openings
from deploytasks.cli.asking import show_answers
from deploytasks.errors import ConfigError
from deploytasks.fleet.applying import ask
from deploytasks.planning.standard import app_alone

if TYPE_CHECKING:
    from deploytasks.cli.chosen import Chosen

USUAL = "1h"
UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST_S = 30 * UNITS_S["d"]
LAST_PORT = 65535


def allow_port(chosen: Chosen, port: str, span: str, source: str, close: bool) -> int:
    """Open *port* to *source* for *span*, or *close* it; without a port, show what is open for a time."""
    if not port:
        if span or source or close:
            raise ConfigError("--for, --from and --close want a --port, such as --port 8000")
        return show_answers(chosen, Openings())
    if span and close:
        raise ConfigError("--for and --close contradict each other")
    number, protocol = parse_port(port)
    origin = parse_source(source) if source else ""
    question = Allow(number, protocol, origin, parse_span(span or USUAL), close)
    manner = chosen.manner("allow", reporter=chosen.reporter())
    return ask(chosen.hosts, app_alone, question, manner).exit_code


def parse_port(text: str) -> tuple[int, str]:
    """Number and protocol of ``8000``, ``8000/tcp`` or ``8000/udp``; raises ``ConfigError``."""
    found = re.fullmatch(r"(\d{1,5})(?:/(tcp|udp))?", text, re.ASCII)
    if not found or not 1 <= int(found[1]) <= LAST_PORT:
        raise ConfigError(f"--port {text}: expected a number from 1 to {LAST_PORT}, such as 8000 or 8000/udp")
    return int(found[1]), found[2] or "tcp"


def parse_span(text: str) -> int:
    """Seconds of ``30s``, ``15m``, ``1h`` or ``2d``; raises ``ConfigError`` for none and for more than 30 days."""
    found = re.fullmatch(r"(\d{1,9})([smhd])", text, re.ASCII)
    seconds = int(found[1]) * UNITS_S[found[2]] if found else 0
    if not 0 < seconds <= LONGEST_S:
        raise ConfigError(f"--for {text}: expected such as 30s, 15m, 1h or 2d, at most 30d")
    return seconds


def parse_source(text: str) -> str:
    """The range of addresses *text*, in its usual form; raises ``ConfigError``."""
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ConfigError(f"--from {text}: {error}; expected such as 192.0.2.7 or 192.0.2.0/24") from error
