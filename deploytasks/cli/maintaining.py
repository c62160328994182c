"""The task that sends people away for a while: maintenance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploytasks.agent.release.questions import Maintenance
from deploytasks.errors import ConfigError
from deploytasks.fleet.applying import carry_out
from deploytasks.planning.deployment import deployment_of, parts_among
from deploytasks.planning.role import role_name, vars_of
from deploytasks.planning.standard import app_alone, standard_roles

if TYPE_CHECKING:
    from deploytasks.agent.engine.plan import Plan
    from deploytasks.cli.chosen import Chosen
    from deploytasks.inventory import Host

USUAL = "We are improving something and will be back in a few minutes."
LONGEST = 500
"""nginx takes 4096 bytes for a text, and some characters become six."""


def turn_maintenance(chosen: Chosen, on: bool, off: bool, message: str) -> int:
    """Show the page on the chosen hosts, or take it away; returns the exit code."""
    if on == off:
        raise ConfigError("say one of the two: inv maintenance --on, or inv maintenance --off")
    if off and message:
        raise ConfigError("--message goes with --on: without the page nobody reads it")
    if len(message) > LONGEST:
        raise ConfigError(f"--message has {len(message)} characters: the page has room for {LONGEST}")
    for host in chosen.hosts:
        _require_nginx(host)

    def plan_for(host: Host) -> Plan:
        from deploytasks.roles.nginx import maintenance

        app = deployment_of(host).app
        return maintenance.begin(app, message or USUAL) if on else maintenance.end(app)

    manner = chosen.manner("maintenance", reporter=chosen.reporter())
    return carry_out(chosen.hosts, app_alone, Maintenance(), plan_for, manner).exit_code


def _require_nginx(host: Host) -> None:
    (app,) = app_alone(host)
    vars_of(app, host)  # What is wrong in them is told first.
    web_server = role_name(parts_among(standard_roles(host))["web_server"])
    if web_server != "nginx":
        raise ConfigError(
            f"{host.name}: maintenance is a page of nginx, and app_web_server is {web_server}; "
            "without a page there is inv stop"
        )
