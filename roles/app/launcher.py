"""The program ``serve.py`` of a release: it starts a server whose own command line takes no listening socket."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Protocol

from deploytasks import resources
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.limits import limits_of
from deploytasks.planning.plan import Phase, Step
from deploytasks.roles.app import body, visitor
from deploytasks.roles.app import instance as instances
from deploytasks.roles.app.bodies import BODY, body_module
from deploytasks.roles.app.instance import Instance
from deploytasks.roles.app.proxies import VISITOR, proxies_of, visitor_module

if TYPE_CHECKING:
    from deploytasks.inventory import Host
    from deploytasks.planning.template import Templates

OWN = frozenset({"packages", "trusted_proxy_count", "access_log"})
"""The variables that mean the same for each of these servers, whatever the server calls its own."""


class Launched(Protocol):
    """The variables of a server that is launched."""

    @property
    def trusted_proxy_count(self) -> int | None:
        """How many proxies are believed; None: the web server, and those that are trusted by their addresses."""

    @property
    def access_log(self) -> bool:
        """Whether each answer is logged."""


def launcher(host: Host, v: Launched, template: Templates, **values: Any) -> Iterator[Step]:
    """The release's ``serve.py``, made from *v* and *values* by the role's *template* of that name."""
    release = deployment_of(host).release
    instance = _instance(host, v)
    text = template("serve.py.j2", app=instance.app, instance=_as_written(instance), v=v, **values)
    shared = resources.File(f"{release.path}/deploytasks_instance.py", shared_module())
    yield Step("write the launcher", resources.File(f"{release.path}/serve.py", text), phase=Phase.PREPARE)
    yield Step("write the launchers' shared module", shared, phase=Phase.PREPARE)
    yield visitor_module(release.path)
    yield body_module(release.path)


def shared_module() -> str:
    """What launchers share, as the modules of a release are called."""
    text = inspect.getsource(instances).replace(visitor.__name__, VISITOR)
    return text.replace(body.__name__, BODY)


def launch(host: Host) -> tuple[str, ...]:
    """The command line that runs it."""
    place = deployment_of(host).place
    return (place.program("python"), f"{place.path}/serve.py")


def chosen(v: Any, *besides: str) -> Mapping[str, Any]:
    """What was set for the server itself, by its own names; without the variables *besides*."""
    named = {field.name: getattr(v, field.name) for field in fields(v)}
    return {
        name: value for name, value in named.items() if value is not None and name not in {*OWN, *besides}
    }


def _instance(host: Host, v: Launched) -> Instance:
    deployment = deployment_of(host)
    place = deployment.place
    return Instance(
        app=str(deployment.project.callable),
        directory=deployment.directory,
        path=place.socket,
        fd=place.fd,
        proxies=proxies_of(host, v.trusted_proxy_count),
        access_log=v.access_log,
        grace_s=deployment.v.drain_timeout_s,
        body_bytes=limits_of(deployment).body_bytes,
    )


def _as_written(instance: Instance) -> str:
    """The call that makes *instance*, an argument to a line."""
    arguments = (f"    {field.name}={getattr(instance, field.name)!r}," for field in fields(instance))
    return "\n".join(["Instance(", *arguments, ")"])
