"""The task that takes an app away: destroy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploytasks.agent.release.questions import Destroy
from deploytasks.cli.deploying import code_of
from deploytasks.fleet.applying import carry_out
from deploytasks.planning.deployment import deployment_of, parts_among
from deploytasks.planning.standard import app_alone, standard_roles
from deploytasks.report import DONE, WOULD

if TYPE_CHECKING:
    from deploytasks.agent.engine.plan import Plan
    from deploytasks.cli.chosen import Chosen
    from deploytasks.inventory import Host


def destroy_app(chosen: Chosen, yes: bool, purge: bool, lock_wait: float) -> int:
    """Take everything of the app away, or tell what would go."""
    from deploytasks.roles.app.removal import removal

    def removal_from(host: Host) -> Plan:
        deployment = deployment_of(host)
        return removal(deployment.app, deployment.v, parts_among(standard_roles(host)), purge=purge)

    reporter = chosen.reporter(show_diff=not yes, mood=DONE if yes else WOULD)
    manner = chosen.manner("destroy", check=not yes, lock_wait_s=lock_wait, reporter=reporter)
    return code_of(carry_out(chosen.hosts, app_alone, Destroy(purge), removal_from, manner), manner)
