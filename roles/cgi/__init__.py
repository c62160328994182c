"""CGI: each request is a process of its own, which Debian's fcgiwrap starts for the web server.

The web server's site names the script ``./app`` once and for all. fcgiwrap looks for it where it was started,
so each release's instance runs the release's own script, also while another release is current.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from deploytasks import resources
from deploytasks.agent.frozen import frozen
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
system_packages = ("fcgiwrap",)
"""What the distribution brings, where the instance runs."""


@frozen
class Vars:
    """``cgi_NAME`` in the inventory; see README.md."""

    processes: Annotated[int, Meta(ge=1, le=1024)] | None = None


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """fcgiwrap, and in the release the script and what starts fcgiwrap beside it."""
    deployment = deployment_of(host)
    release, project, facts = deployment.release, deployment.project, deployment.facts
    script = template(
        "app.j2",
        ref=project.callable,
        directory=deployment.directory,
        place=deployment.place,
        proxies=proxies_of(host),
        body_bytes=limits_of(deployment).body_bytes,
    )
    start = template("serve.j2", place=deployment.place, processes=v.processes or 2 * facts.cpus + 1)
    home = f"{release.path}/cgi"
    if not deployment.runtime.brings_dependencies:
        yield Step("install fcgiwrap", resources.Package(system_packages))
    yield Step("make the directory of the script", resources.Directory(home), phase=Phase.PREPARE)
    yield Step(
        "write the CGI script", resources.File(f"{home}/app", script, mode="0755"), phase=Phase.PREPARE
    )
    yield visitor_module(home)
    yield body_module(home)
    yield Step(
        "write the CGI script's program",
        resources.File(f"{home}/serve", start, mode="0755"),
        phase=Phase.PREPARE,
    )


def packages(host: Host, v: Vars) -> tuple[str, ...]:
    """What pip installs for it besides the app's own requirements: nothing."""
    del host, v
    return ()


def command(host: Host, v: Vars) -> tuple[str, ...]:
    """The command line of the web process."""
    del v
    return (f"{deployment_of(host).place.path}/cgi/serve",)
