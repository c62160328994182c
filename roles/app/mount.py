"""An app below a path: on a site of its own, or on that of another app, whose guest it is."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from deploytasks import resources
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Step

if TYPE_CHECKING:
    from deploytasks.inventory import Host

OF_SITE = ("redirect_names", "basic_auth", "health_path", "snippet")
"""The variables of every web server that say something of a whole site."""


def at_mount(host: Host, v: Any) -> Any:
    """*v* of the web server, in which the path of health is as visitors ask for it.

    Raises ``VariableError`` where a guest says something of a site, which is the other app's.
    """
    deployment = deployment_of(host)
    if deployment.v.site:
        _require_no_site(host, v)
    path = getattr(v, "health_path", "")
    return replace(v, health_path=deployment.v.at(path)) if path and deployment.v.prefix else v


def _require_no_site(host: Host, v: Any) -> None:
    deployment = deployment_of(host)
    web_server = deployment.name_of("web_server")
    for name in OF_SITE:
        if getattr(v, name, None):
            variable = f"{web_server}_{name}"
            raise VariableError(
                f"{host.origin(variable) or host.name}: {variable}: the site is that of {deployment.v.site} "
                f"(app_site); set it for {deployment.v.site}"
            )


def guests_directory(place: str) -> Step:
    """The directory of the file *place*, which a guest has on a site."""
    directory = posixpath.dirname(place)
    places = resources.Directories(
        (resources.Directory(posixpath.dirname(directory)), resources.Directory(directory))
    )
    return Step("make the directory of guests", places)
