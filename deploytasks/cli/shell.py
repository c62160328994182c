"""An interactive shell in the app's environment on one host."""

from __future__ import annotations

import secrets
from shlex import join, quote
from typing import TYPE_CHECKING

from deploytasks.agent.release.questions import Status
from deploytasks.agent.release.runtime.environment import in_app_environment
from deploytasks.agent.release.runtime.execution import SIGNALLED_SHELL
from deploytasks.agent.release.runtime.in_container import in_container
from deploytasks.agent.release.runtime.surroundings import COMMAND
from deploytasks.errors import ConfigError
from deploytasks.fleet.applying import ask
from deploytasks.fleet.ready_hosts import ready_hosts
from deploytasks.planning.answered import answered, no_roles
from deploytasks.planning.standard import app_alone
from deploytasks.transport import transport_for
from deploytasks.transport.keyboard import is_typed

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import Release
    from deploytasks.cli.chosen import Chosen

LENT = "--pty"
PIPED = "--pipe"
ANY_SHELL = "command -v bash >/dev/null && exec bash; exec sh"
"""Not every image has bash."""


def open_shell(chosen: Chosen) -> int:
    """Give this terminal to a shell on the one chosen host; returns the shell's exit status.

    Without a terminal the shell reads what comes on standard input, and ends with it.
    """
    if chosen.json:
        raise ConfigError("a shell is for people: --json is for what scripts read, such as inv run --json")
    if len(chosen.hosts) != 1:
        names = ", ".join(host.name for host in chosen.hosts)
        raise ConfigError(f"a shell wants one host, and these were chosen: {names}\nname one with --host")
    manner = chosen.manner("shell")
    results = ask(chosen.hosts, app_alone, Status(), manner)
    results.raise_for_failures()
    known = answered(chosen.hosts, no_roles, manner.secrets)
    (host,) = ready_hosts(known, app_alone, {}, with_projects=False)
    current = results.answers[host.name]["release"]
    if host.deployment is None or current is None:
        raise ConfigError(f"{host.name}: nothing is deployed here; deploy first")
    transport = transport_for(host, manner.ask_password)
    transport.open()
    try:
        return transport.interactive(
            _shell(host.deployment.app.release(current), LENT if is_typed() else PIPED)
        )
    finally:
        transport.close()


def _shell(release: Release, manner: str) -> list[str]:
    """A shell where the processes of *release* run: in a container or beside them, which its host knows."""
    name = f"deploytasks-shell-{secrets.token_hex(8)}"
    told = ("-E", f"{COMMAND}={ANY_SHELL}") if manner == PIPED else ()
    shell = SIGNALLED_SHELL.replace("$", "$$") if manner == PIPED else ANY_SHELL
    inside = [*in_container(release.app, release, name, manner, *told), "/bin/sh", "-c", shell]
    beside = [*in_app_environment(release.app, release, manner), "/bin/bash"]
    choice = f"[ ! -x {quote(release.container)} ] || exec {join(inside)}; exec {join(beside)}"
    return ["/bin/sh", "-c", choice]
