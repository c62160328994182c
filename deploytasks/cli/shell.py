"""An interactive shell in the app's environment on one host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploytasks.agent.commands.run_command import in_app_environment
from deploytasks.errors import ConfigError
from deploytasks.run import ask, ready_hosts
from deploytasks.standard import app_alone
from deploytasks.transport import transport_for

if TYPE_CHECKING:
    from deploytasks.cli.chosen import Chosen


def open_shell(chosen: Chosen) -> int:
    """Give this terminal to a shell on the one chosen host; returns the shell's exit status."""
    if len(chosen.hosts) != 1:
        names = ", ".join(host.name for host in chosen.hosts)
        raise ConfigError(f"a shell wants one host, and these were chosen: {names}\nname one with --host")
    manner = chosen.manner("shell")
    results = ask(chosen.hosts, app_alone, "status", manner)
    results.raise_for_failures()
    (host,) = ready_hosts(chosen.hosts, app_alone, {}, with_projects=False)
    current = results.answers[host.name]["release"]
    if host.app is None or current is None:
        raise ConfigError(f"{host.name}: nothing is deployed here; deploy first")
    transport = transport_for(host, manner.ask_password)
    transport.open()
    try:
        return transport.interactive(
            [*in_app_environment(host.app, host.app.release(current), "--pty"), "/bin/bash"]
        )
    finally:
        transport.close()
