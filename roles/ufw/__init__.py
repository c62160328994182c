"""The firewall: the SSH port in use first, then the web ports, then on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.standard import served_by

if TYPE_CHECKING:
    from deploytasks.inventory import Host

PORTS = regex(r"(\d{1,5})(?::(\d{1,5}))?(?:/(?:tcp|udp|any))?")
LAST_PORT = 65535
SSH = 22
HTTP_PORT = 80


@frozen
class Vars:
    """``ufw_NAME`` in the inventory; see README.md."""

    allow: tuple[int | str, ...] | None = None
    deny: tuple[int | str, ...] = ()
    limit: tuple[int | str, ...] = ()
    enabled: bool = True

    def __post_init__(self) -> None:
        for name in ("allow", "deny", "limit"):
            for port in getattr(self, name) or ():
                if not _is_port(str(port)):
                    raise ValueError(
                        f"{name}: {port!r}; expected a port or a range of them, such as 443, 53/udp or 8000:8100"
                    )


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """Rules before the firewall goes on, and the way in before all others; what is no longer asked for goes at last."""
    ssh = (host.facts.ssh_port if host.facts else 0) or host.connection.port or SSH
    app = deployment_of(host).app.name if host.deployment else ""
    rules = dict(_rules(host, v, ssh, app))
    yield Step("install ufw", resources.Package("ufw"))
    yield Step(f"admit SSH on port {ssh}", resources.UfwRule(_ssh_action(v, ssh), ssh))
    yield from (Step(name, rule) for name, rule in rules.items())
    if v.enabled:
        yield Step("turn the firewall on", resources.Ufw(ssh_port=ssh))
    if app:
        # The way in stays, whoever opened it first.
        ports = ((str(ssh), "tcp"), *((str(rule.port), rule.proto) for rule in rules.values()))
        yield Step(
            "close the ports that the app had before", resources.OnlyUfwRules(app, ports), phase=Phase.FINISH
        )


def _rules(host: Host, v: Vars, ssh: int, app: str) -> Iterator[tuple[str, resources.UfwRule]]:
    """By the names of their steps."""
    of_ssh = {str(ssh), f"{ssh}/tcp"}
    for action, ports in (("allow", _web_ports(host, v)), ("limit", v.limit), ("deny", v.deny)):
        asked = (port for port in ports if str(port) not in of_ssh)
        yield from ((f"{action} {port}", _rule(action, port, app)) for port in asked)


def _ssh_action(v: Vars, ssh: int) -> str:
    """SSH is let in whatever else is asked for; at a limited rate when ``ufw_limit`` names its port."""
    return "limit" if {str(ssh), f"{ssh}/tcp"} & {str(port) for port in v.limit} else "allow"


def _rule(action: str, port: int | str, app: str) -> resources.UfwRule:
    number, _, protocol = str(port).partition("/")
    return resources.UfwRule(action, _number(number), protocol or "tcp", app=app)


def _web_ports(host: Host, v: Vars) -> tuple[int | str, ...]:
    if v.allow is not None:
        return v.allow
    if host.deployment:
        return deployment_of(host).front.ports
    return () if served_by(host) else (HTTP_PORT,)


def _is_port(text: str) -> bool:
    """Whether *text* is ``PORT`` or ``PORT:PORT``, with ``/tcp``, ``/udp`` or ``/any`` or without (ufw(8))."""
    found = PORTS.fullmatch(text)
    numbers = [int(number) for number in (found[1], found[2] or found[1])] if found else [0]
    return numbers == sorted(numbers) and numbers[0] >= 1 and numbers[-1] <= LAST_PORT


def _number(port: str) -> int | str:
    return int(port) if port.isdigit() else port
