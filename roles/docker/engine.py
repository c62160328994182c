"""What Debian and Ubuntu call Docker's engine, its client, the client's part of BuildKit, and Compose."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploytasks.agent.release.facts import Facts

APART = 13
"""From this Debian on the client and BuildKit have packages of their own."""


def engine_packages(facts: Facts) -> tuple[str, ...]:
    """The packages for a host without an engine.

    docker.io merely recommends iptables, without which it does not start.
    """
    engine = ("docker.io", "iptables")
    if facts.distribution == "ubuntu":
        return (*engine, "docker-buildx")
    version = facts.version.partition(".")[0]
    return (*engine, "docker-cli", "docker-buildx") if version.isdigit() and int(version) >= APART else engine


def compose_packages(facts: Facts) -> tuple[str, ...]:
    """The packages for a host without Compose: version 2 where there is one, else version 1."""
    return ("docker-compose-v2",) if facts.distribution == "ubuntu" else ("docker-compose",)
