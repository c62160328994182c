"""FastCGI: processes with threads that answer the web server by the library fcgisgi."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from deploytasks import resources
from deploytasks.agent.frozen import frozen
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.limits import limits_of
from deploytasks.planning.parts import FASTCGI
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app.bodies import body_module
from deploytasks.roles.app.proxies import proxies_of, visitor_module

if TYPE_CHECKING:
    from deploytasks.inventory import Host

template = Templates(beside=__file__)

protocols = (FASTCGI,)
interfaces = ("wsgi",)
says_ready = False

FLOOR = (3, 11)
"""The oldest Python that fcgisgi runs in."""


@frozen
class Vars:
    """``fastcgi_NAME`` in the inventory; see README.md. *packages* is what pip installs for it."""

    packages: tuple[str, ...] = ()
    processes: Annotated[int, Meta(ge=1, le=1024)] | None = None
    threads: Annotated[int, Meta(ge=1, le=1000)] = 8


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The program that serves the app, in the release: a rollback brings it back with the code."""
    deployment = deployment_of(host)
    release, project, facts = deployment.release, deployment.project, deployment.facts
    text = template(
        "serve.py.j2",
        ref=project.callable,
        directory=deployment.directory,
        place=deployment.place,
        processes=v.processes or facts.cpus,
        threads=v.threads,
        drain_timeout_s=deployment.v.drain_timeout_s,
        proxies=proxies_of(host),
        body_bytes=limits_of(deployment).body_bytes,
    )
    place = f"{release.path}/fastcgi"
    yield Step("make the directory of the server", resources.Directory(place), phase=Phase.PREPARE)
    yield Step("write the FastCGI server", resources.File(f"{place}/serve.py", text), phase=Phase.PREPARE)
    yield visitor_module(place)
    yield body_module(place)


def packages(host: Host, v: Vars) -> tuple[str, ...]:
    """What pip installs for it besides the app's own requirements; raises ``VariableError`` for an old Python."""
    found = deployment_of(host).facts.python_version
    if deployment_of(host).v.python == "python3" and found < FLOOR:
        raise VariableError(
            f"{host.name}: app_server=fastcgi needs Python {_dotted(FLOOR)} and python3 is {_dotted(found)}; "
            "set app_python to a later one that the host has, or choose another app_server"
        )
    return v.packages or ("fcgisgi",)


def command(host: Host, v: Vars) -> tuple[str, ...]:
    """The command line of the web process."""
    del v
    place = deployment_of(host).place
    return (place.program("python"), f"{place.path}/fastcgi/serve.py")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version[:2]))
