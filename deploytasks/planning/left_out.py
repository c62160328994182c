"""What of the restrictions of an app's units is left out, as its host cannot make it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploytasks.inventory import Host


def left_out(host: Host) -> tuple[str, ...]:
    """A note of them; nothing where the app is restricted otherwise, as in a container."""
    deployment, facts = host.deployment, host.facts
    if deployment is None or facts is None or not facts.unable or deployment.runtime.brings_dependencies:
        return ()
    return (
        f"left out of the app's units, as this host cannot do it: {', '.join(facts.unable)}; see inv doctor",
    )
