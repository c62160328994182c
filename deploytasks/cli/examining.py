"""The task that looks before one leaps: doctor."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks.agent.release.questions import Examine
from deploytasks.cli.asking import believed
from deploytasks.cli.chosen import USUAL
from deploytasks.delivery.hearing import examined_in
from deploytasks.errors import ConfigError
from deploytasks.fleet.applying import ask
from deploytasks.planning.answered import answered
from deploytasks.planning.checkup import Finding, Needs, Verdict, clock_against, findings
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.heard import heard
from deploytasks.planning.plan import made_ready, plan_for
from deploytasks.planning.project import Project
from deploytasks.planning.socket_io import strangers_among_workers
from deploytasks.planning.standard import app_alone, standard_roles
from deploytasks.planning.unclaimed import unclaimed
from deploytasks.report import one_document, tables
from deploytasks.transport.knocking import unreachable_at

if TYPE_CHECKING:
    from deploytasks.agent.release.examined import Examined
    from deploytasks.cli.chosen import Chosen
    from deploytasks.inventory import Host
    from deploytasks.planning.deployment import Deployment
    from deploytasks.source.python_wanted import PythonWanted

PROGRAMS = {"nginx": "nginx", "apache": "apache2", "caddy": "caddy", "none": "systemd"}
"""What listens for people."""
FOUND_BAD = 2
HERE = "this machine"


def examine_hosts(chosen: Chosen) -> int:
    """Print what is well and what is not on the chosen hosts; returns the exit code."""
    read = cache(Project.read)
    manner = chosen.manner("doctor")
    hosts = {host.name: host for host in answered(chosen.hosts, standard_roles, manner.secrets)}
    needs = {name: needs_of(host, read) for name, host in hosts.items()}
    results = believed(ask(hosts.values(), app_alone, Examine(), manner), examined)
    told: dict[str, list[Finding]] = {
        name: [
            *findings(knocked(needs[name], hosts[name], seen), seen, results.answered_at[name]),
            *prospects(hosts[name], seen, read),
        ]
        for name, seen in examined(results.answers).items()
    }
    errors = {name: str(error) for name in results if (error := results.error_of(name))}
    document = as_document(told, errors)
    if chosen.json:
        print(one_document(document))
    else:
        tables.show(tables.doctor(document), sys.stdout, os.environ)
    is_bad = any(finding.verdict is Verdict.BAD for found in told.values() for finding in found)
    return results.exit_code or FOUND_BAD * is_bad


def examine_here(chosen: Chosen) -> int:
    """Print what is well and what is not on this machine; returns the exit code."""
    from deploytasks.cli.own_machine import findings_here

    found: list[Finding] = []
    try:
        hosts = _hosts_of(chosen)
    except ConfigError as error:
        hosts = ()
        found.append(Finding("inventory", Verdict.BAD, "cannot be used", str(error)))
    found = [*findings_here(_key_files(hosts)), *found, *_clocks(chosen, hosts)]
    document = as_document({HERE: found}, {})
    if chosen.json:
        print(one_document(document))
    else:
        tables.show(tables.doctor(document), sys.stdout, os.environ)
    return FOUND_BAD * any(finding.verdict is Verdict.BAD for finding in found)


def _hosts_of(chosen: Chosen) -> tuple[Host, ...]:
    """The chosen hosts; none where there is no inventory, and nobody named one."""
    if not (chosen.host or chosen.inventory) and not Path(USUAL).exists():
        return ()
    return chosen.hosts


def _key_files(hosts: Iterable[Host]) -> dict[str, Path]:
    """Those that *hosts* want, by what people call them."""
    wanted = ((host.connection.key_file, host.name) for host in hosts)
    return {f"{file} of {name}": Path(file) for file, name in wanted if file}


def _clocks(chosen: Chosen, hosts: tuple[Host, ...]) -> Iterator[Finding]:
    """This machine's clock against that of each host."""
    if not hosts:
        yield Finding("clock", Verdict.DOUBTFUL, "compared with no host's", "write an inventory: inv init")
        return
    try:
        results = believed(ask(hosts, app_alone, Examine(), chosen.manner("doctor")), examined)
    except ConfigError as error:
        yield Finding("clock", Verdict.DOUBTFUL, "compared with no host's", str(error))
        return
    for name, seen in examined(results.answers).items():
        yield clock_against(name, seen.clock - results.answered_at[name])
    unseen = {name: why for name in results if (why := results.error_of(name))}
    for name, why in unseen.items():
        yield Finding("clock", Verdict.DOUBTFUL, f"{name}: not seen", str(why))


def examined(answers: Mapping[str, Any]) -> dict[str, Examined]:
    """What the hosts have found; raises ``ValueError`` for what no agent says."""
    return {name: examined_in(answer) for name, answer in answers.items()}


def needs_of(host: Host, read: Callable[..., Project]) -> Needs:
    """What *host*'s variables ask for; raises ``ConfigError`` for variables or a source that a deploy would refuse.

    *read* reads the source, which many hosts may share.
    """
    host = heard(host)
    roles = standard_roles(host)
    unclaimed(host, roles)
    deployment = deployment_of(made_ready(host, roles, read))
    front, web_server = deployment.front, deployment.name_of("web_server")
    names = tuple(name for name in front.names if not name.startswith("*."))
    return Needs(
        PROGRAMS.get(web_server, web_server),
        front.ports or (deployment.v.port,),
        names,
        tuple(map(addresses_of, names)),
        deployment.v.firewall,
        bool(front.ports) or _opens(host, deployment.v.port),
        host.variables.get(f"{web_server}_tls") == "acme",
        *_of_python(host, deployment),
    )


def knocked(needs: Needs, host: Host, seen: Examined) -> Needs:
    """*needs*, with the ports at which somebody listens and does not answer to this machine."""
    listening = [port for port in needs.ports if str(port) in seen.listeners]
    refused = {port: unreachable_at(host, seen.facts.ssh_port, port) for port in listening}
    return replace(needs, unreached={port: why for port, why in refused.items() if why})


def prospects(host: Host, seen: Examined, read: Callable[..., Project]) -> Iterator[Finding]:
    """Why there is no plan for *host* as it was found, or what its app will not like there."""
    host = replace(heard(host), facts=seen.facts)
    roles = standard_roles(host)
    try:
        ready = made_ready(host, roles, read)
        plan_for(ready, roles)
        yield from strangers_among_workers(deployment_of(ready))
    except ConfigError as error:
        yield Finding("plan", Verdict.BAD, str(error))


def _of_python(host: Host, deployment: Deployment) -> tuple[str, tuple[PythonWanted, ...], bool]:
    """Which was chosen, what the source says, whether one may be brought; nothing where it comes in an image."""
    if deployment.runtime.brings_dependencies:
        return "", (), False
    v = deployment.v
    return v.python if host.says("app_python") else "", deployment.project.pythons, v.python_install


def _opens(host: Host, port: int) -> bool:
    """Whether ``ufw_allow`` has the port that no web server asks for."""
    allowed = host.variables.get("ufw_allow")
    return isinstance(allowed, list | tuple) and str(port) in {
        str(rule).partition("/")[0] for rule in allowed
    }


def addresses_of(name: str) -> tuple[str, ...]:
    """Where *name* leads to, seen from here; nothing when it is not known."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return tuple(sorted({str(row[4][0]) for row in found}))


def as_document(told: dict[str, list[Finding]], errors: dict[str, str]) -> dict[str, Any]:
    """By host: its findings, or why there are none."""
    found: dict[str, Any] = {
        name: {"findings": [{**asdict(finding), "verdict": finding.verdict.value} for finding in own]}
        for name, own in told.items()
    }
    return found | {name: {"error": error} for name, error in errors.items()}
