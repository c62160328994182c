"""nginx as the reverse proxy in front of the app."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from deploytasks.errors import PlanError
from deploytasks.plan import Handler, Step
from deploytasks.resources import Absent, File, Package, Reload, Service, Symlink
from deploytasks.roles.app.parts import FASTCGI, HTTP, UWSGI, Front, parts_of
from deploytasks.template import Templates

if TYPE_CHECKING:
    from deploytasks.inventory import Host

protocols = frozenset({HTTP, UWSGI, FASTCGI})

template = Templates(beside=__file__)
reload = Handler("reload nginx", Reload("nginx", check=("nginx", "-t", "-q")))

Size = Annotated[str, Meta(pattern=r"^[0-9]+[kmgKMG]?$")]
Duration = Annotated[str, Meta(pattern=r"^[0-9]+(ms|s|m|h|d)?$")]
LONGEST_NAME = 253
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


@dataclass(frozen=True)
class Vars:
    """``nginx_NAME`` in the inventory; see README.md."""

    server_name: str = "_"
    listen: Annotated[int, Meta(ge=1, le=65535)] = 80
    ipv6: bool = True
    tls: Literal["off"] = "off"
    client_max_body_size: Size = "10m"
    client_body_timeout: Duration = "60s"
    proxy_connect_timeout: Duration = "5s"
    proxy_read_timeout: Duration = "60s"
    proxy_buffers: Annotated[str, Meta(pattern=r"^[0-9]+ [0-9]+[kmKM]?$")] = "16 16k"
    proxy_request_buffering: bool = True
    gzip: bool = True
    gzip_types: tuple[str, ...] = (
        "text/css",
        "text/plain",
        "text/xml",
        "application/javascript",
        "application/json",
        "application/xml",
        "image/svg+xml",
    )
    static_expires: Annotated[str, Meta(pattern=r"^(off|max|epoch|[0-9]+[smhdwMy])$")] = "1h"
    access_log: bool = True
    catch_all: bool = True

    def __post_init__(self) -> None:
        for name in self.names:
            _require_domain(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The domains served; empty when the site answers to any."""
        return tuple(name for name in self.server_name.replace(",", " ").split() if name != "_")


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The web server with the app's site; its configuration is approved by ``nginx -t`` before it is read."""
    if host.app is None:
        raise PlanError(f"{host.name}: the role nginx serves an app; put the role app before it")
    site = f"/etc/nginx/sites-available/{host.app.name}"
    text = template("site.conf.j2", app=host.app, v=v, static=_static(host), protocol=parts_of(host).protocol)
    yield Step("install nginx", Package("nginx"))
    yield Step("write the site", File(site, text), notify=reload)
    yield Step("enable the site", Symlink(f"/etc/nginx/sites-enabled/{host.app.name}", site), notify=reload)
    yield Step("drop the default site", Absent("/etc/nginx/sites-enabled/default"), notify=reload)
    yield from _catch_all(v)
    yield Step("run nginx", Service("nginx"))


def front(host: Host, v: Vars) -> Front:
    """The site's names, on its port."""
    del host
    return Front(v.names, (v.listen,))


def _catch_all(v: Vars) -> Iterator[Step]:
    """Requests for names that no site has are closed without an answer, unless this site takes any name."""
    site = "/etc/nginx/conf.d/deploytasks-catch-all.conf"
    if v.catch_all and v.names:
        yield Step("refuse unknown names", File(site, template("catch-all.conf.j2", v=v)), notify=reload)
    elif not v.names:
        yield Step("accept any name", Absent(site), notify=reload)


def _static(host: Host) -> dict[str, str]:
    """URL prefixes with the directories that are served from the disk, each ending in a slash."""
    if not (host.app and host.project):
        return {}
    found = parts_of(host).v.static
    found = host.project.static if found is None else found
    return {
        f"/{url.strip('/')}/": f"{host.app.current}/code/{path.strip('/')}/"
        for url, path in sorted(found.items())
    }


def _require_domain(name: str) -> None:
    if not name.isascii():
        form = name.encode("idna").decode("ascii")
        raise ValueError(f"server_name: {name!r}; use its IDNA form {form}")
    labels = name.removeprefix("*.").split(".")
    if len(name) > LONGEST_NAME or not all(LABEL.fullmatch(label) for label in labels):
        raise ValueError(
            f"server_name: {name!r} is not a host name; expected such as example.org or *.example.org"
        )
