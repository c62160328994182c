"""The builds of uWSGI: what has to be installed for each, and how it finds the release's environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.roles.uwsgi.settings import Chosen

WHEEL = "pyuwsgi"
"""uWSGI as a module of Python, of which PyPI has wheels: a host needs no compiler."""
SOURCE = "uwsgi"
"""uWSGI as a program, of which PyPI has the source only."""
GEVENT = ("gevent",)


@frozen
class Build:
    """*program* with the *options* that it wants before all others; *packages* are pip's, *from_apt* Debian's."""

    program: str
    options: tuple[tuple[str, str], ...]
    packages: tuple[str, ...] = ()
    from_apt: tuple[str, ...] = ()


def build_of(host: Host, v: Chosen) -> Build:
    """The build that the variables ask for; raises ``VariableError`` where it cannot be."""
    if v.build == "debian":
        return _debian(host, v)
    place = deployment_of(host).place
    required = deployment_of(host).project.requirements.names
    packages = v.packages or (() if {WHEEL, SOURCE} & set(required) else (WHEEL,))
    if SOURCE in {*required, *map(_bare, packages)}:
        found = ("virtualenv", place.venv)
    else:
        # The module takes itself for /usr/bin/python3, which a reload would start without the environment.
        found = ("binary-path", place.program("python"))
    return Build(place.program("uwsgi"), (found,), packages + GEVENT * bool(v.gevent))


def _debian(host: Host, v: Chosen) -> Build:
    deployment = deployment_of(host)
    if deployment.runtime.brings_dependencies:
        raise VariableError(
            f"{host.name}: uwsgi_from=debian: app_runtime={deployment.name_of('runtime')} installs with pip; "
            "set uwsgi_from=pip"
        )
    version = deployment.facts.python_version[:2]
    own = "{}.{}".format(*version)
    if deployment.v.python not in (
        "python3",
        "/usr/bin/python3",
        own,
        f"python{own}",
        f"/usr/bin/python{own}",
    ):
        raise VariableError(
            f"{host.name}: uwsgi_from=debian is for the host's own Python {own}, not app_python={deployment.v.python}; "
            "set uwsgi_from=pip, or leave app_python out"
        )
    plugin = "python{}{}".format(*version)
    plugins = [plugin, *["http"] * v.http_router, *[f"gevent_{plugin}"] * bool(v.gevent)]
    options = (*(("plugin", name) for name in plugins), ("virtualenv", deployment.place.venv))
    from_apt = ("uwsgi-core", "uwsgi-plugin-python3", *["uwsgi-plugin-gevent-python3"] * bool(v.gevent))
    return Build("/usr/bin/uwsgi-core", options, v.packages + GEVENT * bool(v.gevent), from_apt)


def _bare(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower()
