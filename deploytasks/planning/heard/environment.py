"""What an app's environment says that one may not have meant for a host: notes, as it is used all the same."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.errors import ConfigError
from deploytasks.here import expanded
from deploytasks.planning.env_file import read_env_file
from deploytasks.planning.heard.statement import Heard

if TYPE_CHECKING:
    from deploytasks.inventory import Host

OF_DEVELOPMENT = {"FLASK_DEBUG", "DEBUG", "DJANGO_DEBUG", "APP_DEBUG"}
ON = {"1", "true", "yes", "on"}
BROUGHT = {"postgres": ("DATABASE_URL",), "redis": ("REDIS_URL",)}
"""The variables that each service brings by default."""


def of_environment(host: Host, directory: Path) -> Heard:
    """What shows the source to visitors, and what goes before what a service brings."""
    del directory
    for variable, environment in (("app_env", _own(host)), ("app_env_file", _of_file(host))):
        on = [name for name in OF_DEVELOPMENT & environment.keys() if str(environment[name]).lower() in ON]
        if on:
            told = "on, which is for development: it shows the source to visitors"
            yield f"{variable} has {', '.join(sorted(on))} {told}"
        for service in filter(BROUGHT.get, _listed(host.variables.get("app_services"))):
            both = [name for name in _brought(host, service) if name in environment]
            if both:
                yield (
                    f"{variable} has {', '.join(both)}, which goes before what app_services brings for {service}: "
                    "leave it out for the one on the host"
                )


def _own(host: Host) -> Mapping[str, object]:
    given = host.variables.get("app_env")
    return given if isinstance(given, Mapping) else {}


def _of_file(host: Host) -> Mapping[str, object]:
    named = host.variables.get("app_env_file")
    with suppress(ConfigError, OSError):  # Told when it is needed.
        return read_env_file(expanded(named)) if isinstance(named, str) else {}
    return {}


def _listed(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def _brought(host: Host, service: str) -> list[str]:
    """The names under which the app hears of *service*."""
    given = host.variables.get(f"{service}_env")
    return (
        [given] if isinstance(given, str) else [*(given if isinstance(given, Mapping) else BROUGHT[service])]
    )
