"""Redis on the host, with a server of the app's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from deploytasks import resources
from deploytasks.agent.frozen import frozen
from deploytasks.agent.services.environment_file import encode_env
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Handler, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app.guests import (
    CertificateText,
    Password,
    certificate_of,
    firewall_opened,
    handed_over,
    has_own,
    kept_secret,
    of_service,
    secret_of,
    server_address,
    shown_certificate,
)
from deploytasks.roles.app.pieces import EnvName, settings_of
from deploytasks.roles.app.tls import HOME

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.inventory import Host
    from deploytasks.planning.shared_services import Shared

NAME, WHOSE = "redis", "Redis'"
WITHOUT_TLS = {("ubuntu", "20.04")}

template = Templates(beside=__file__)

Piece = Annotated[
    str,
    Meta(
        pattern=r"^([^{}\x00-\x1f]|\{(password|host|port|certificate)\})*\Z",
        examples=["{host}", "redis://:{password}@{host}:{port}/1"],
    ),
]
URL = "redis://:{password}@{host}:{port}/0"
URL_BY_TLS = "rediss://:{password}@{host}:{port}/0?ssl_cert_reqs=required&ssl_ca_certs={certificate}"
Policy = Literal[
    "noeviction",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
]


@frozen
class Vars:
    """``redis_NAME`` in the inventory, by the names of redis.conf; see README.md."""

    port: Annotated[int, Meta(ge=1, le=65535)] = 6380
    databases: Annotated[int, Meta(ge=1, le=1024)] = 16
    maxmemory: Annotated[str, Meta(pattern=r"^[0-9]+(kb|mb|gb)?\Z", examples=["256mb"])] = "256mb"
    maxmemory_policy: Policy = "noeviction"
    appendonly: bool = True
    env: EnvName | Mapping[EnvName, Piece] = "REDIS_URL"
    host: str = ""
    password: Password = field(default="", metadata={"secret": True})
    certificate: CertificateText = ""


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """A server for each app that has it here, and the app's URL of its own, wherever that is."""
    shared = of_service(host, NAME)
    own = deployment_of(host).app if has_own(host, NAME) else None
    address = server_address(host, NAME) if own else ""
    for one in shared:
        yield from _server(host, one.app, one.v, one, is_guest_here=own is None or own.name != one.app.name)
    if own and address:
        yield from handed_over(host, NAME, WHOSE, v.password, v.certificate)
    elif own and own.name not in {one.app.name for one in shared}:
        yield from _server(host, own, v)
    if own:
        yield _settings(own, v, address, shared)


def handed(app: App) -> Mapping[str, str]:
    """The files of the server that hold what the app's other hosts need, by variable."""
    return {"password": secret_of(app, NAME), "certificate": shown_by(app)}


def shown_by(app: App, what: str = "") -> str:
    """Where the server of *app* has its certificate, or *what* belongs to it."""
    return f"{HOME}/redis-{app.name}{what}.pem"


def _server(
    host: Host, app: App, v: Vars, shared: Shared | None = None, *, is_guest_here: bool = False
) -> Iterator[Step]:
    """With *shared* guests it speaks TLS alone."""
    guests = shared if shared and shared.guests else None
    unit, data = f"redis-server@{app.name}", f"/var/lib/redis/{app.name}"
    restart = Handler(
        f"restart Redis of {app.name}" if is_guest_here else "restart Redis", resources.Restart(unit)
    )
    # The package's own server has no password and no limit.
    yield Step("install redis-server", resources.Package("redis-server", resting=("redis-server.service",)))
    yield Step("make Redis' directory", resources.Directory(data, "0750", "redis", "redis"))
    yield from kept_secret(app, NAME, WHOSE, is_guest_here=is_guest_here)
    if guests:
        _require_tls(host)
        yield Step("make the directory of certificates", resources.Directory(HOME))
        yield from shown_certificate(guests, shown_by(app), shown_by(app, "-key"), "redis", restart)
    yield Step("configure Redis", _configuration(app, v, data, guests), notify=restart)
    yield Step("run Redis", resources.Service(unit))
    if shared:
        yield from firewall_opened(shared, v.port)


def _configuration(app: App, v: Vars, data: str, guests: Shared | None) -> resources.SecretFile:
    pair = {"certificate": shown_by(app), "key": shown_by(app, "-key")}
    text = template("redis.conf.j2", app=app, v=v, data=data, guests=guests, **pair)
    return resources.SecretFile(
        f"/etc/redis/redis-{app.name}.conf", text, secret_of(app, NAME), "0640", group="redis"
    )


def _settings(app: App, v: Vars, address: str, shared: Iterable[Shared]) -> Step:
    has_guests = any(one.guests and one.app.name == app.name for one in shared)
    certificate = certificate_of(app, NAME) if address else shown_by(app) if has_guests else ""
    pieces = {
        "password": "{secret}",
        "host": address or "127.0.0.1",
        "port": str(v.port),
        "certificate": certificate,
    }
    if certificate:
        _require_tls_in(v)
    told = encode_env(settings_of(v.env, URL_BY_TLS if certificate else URL, pieces))
    env = resources.SecretFile(f"{app.services}/redis.env", told, secret_of(app, NAME))
    return Step("write the app's settings for Redis", env)


def _require_tls_in(v: Vars) -> None:
    """A server with guests answers nobody who speaks without."""
    texts = {} if isinstance(v.env, str) else v.env
    plain = next((name for name, text in texts.items() if text.startswith("redis://")), "")
    if plain:
        raise VariableError(
            f"redis_env: {plain} is without TLS, and a Redis of several hosts is not; write such as {URL_BY_TLS}"
        )


def _require_tls(host: Host) -> None:
    facts = host.facts
    if facts and (facts.distribution, facts.version) in WITHOUT_TLS:
        raise VariableError(
            f"{host.name}: the Redis of {facts.distribution} {facts.version} speaks no TLS, so others cannot use it; "
            "set redis_host to a host with a newer system"
        )
