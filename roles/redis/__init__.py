"""Redis on the host, with a server of the app's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from deploytasks.agent.services.environment_file import encode_env
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Handler, Step
from deploytasks.planning.template import Templates
from deploytasks.resources import Directories, Directory, Package, Restart, Secret, SecretFile, Service
from deploytasks.roles.app.pieces import EnvName, settings_of

if TYPE_CHECKING:
    from deploytasks.inventory import Host

template = Templates(beside=__file__)

Piece = Annotated[
    str,
    Meta(
        pattern=r"^([^{}\x00-\x1f]|\{(password|host|port)\})*\Z",
        examples=["{host}", "redis://:{password}@{host}:{port}/1"],
    ),
]
URL = "redis://:{password}@{host}:{port}/0"
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


@dataclass(frozen=True)
class Vars:
    """``redis_NAME`` in the inventory, by the names of redis.conf; see README.md."""

    port: Annotated[int, Meta(ge=1, le=65535)] = 6380
    databases: Annotated[int, Meta(ge=1, le=1024)] = 16
    maxmemory: Annotated[str, Meta(pattern=r"^[0-9]+(kb|mb|gb)?\Z", examples=["256mb"])] = "256mb"
    maxmemory_policy: Policy = "noeviction"
    appendonly: bool = True
    env: EnvName | Mapping[EnvName, Piece] = "REDIS_URL"


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The server, a secret that the host makes, and its URL in the app's environment."""
    app = deployment_of(host).app
    secret = f"{app.services}/redis.secret"
    unit = f"redis-server@{app.name}"
    restart = Handler("restart Redis", Restart(unit))
    data = f"/var/lib/redis/{app.name}"
    # The package's own server has no password and no limit.
    yield Step("install redis-server", Package("redis-server", resting=("redis-server.service",)))
    places = (Directory(app.services, mode="0700"), Directory(data, "0750", "redis", "redis"))
    yield Step("make Redis' directories", Directories(places))
    yield Step("make Redis' password", Secret(secret))
    configuration = SecretFile(
        f"/etc/redis/redis-{app.name}.conf",
        template("redis.conf.j2", app=app, v=v, data=data),
        secret,
        mode="0640",
        group="redis",
    )
    yield Step("configure Redis", configuration, notify=restart)
    yield Step("run Redis", Service(unit))
    pieces = {"password": "{secret}", "host": "127.0.0.1", "port": str(v.port)}
    told = encode_env(settings_of(v.env, URL, pieces))
    env = SecretFile(f"{app.services}/redis.env", told, secret)
    yield Step("write the app's settings for Redis", env)
