"""PostgreSQL on the host, with a database of the app's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from deploytasks.agent.services.environment_file import encode_env
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Step
from deploytasks.resources import Directory, Package, PostgresDatabase, Secret, SecretFile, Service
from deploytasks.roles.app.pieces import EnvName, settings_of

if TYPE_CHECKING:
    from deploytasks.inventory import Host

Identifier = Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_]{0,62}\Z", examples=["shop"])]
Extension = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,62}\Z", examples=["pg_trgm"])]
Piece = Annotated[
    str,
    Meta(
        pattern=r"^([^{}\x00-\x1f]|\{(user|password|host|port|database)\})*\Z",
        examples=["{host}", "postgresql+psycopg://{user}:{password}@{host}:{port}/{database}"],
    ),
]
URL = "postgresql://{user}:{password}@{host}:{port}/{database}"


@dataclass(frozen=True)
class Vars:
    """``postgres_NAME`` in the inventory; see README.md."""

    database: Identifier | None = None
    user: Identifier | None = None
    port: Annotated[int, Meta(ge=1, le=65535)] = 5432
    encoding: Annotated[str, Meta(pattern=r"^[A-Z0-9_]+\Z", examples=["UTF8"])] = "UTF8"
    extensions: tuple[Extension, ...] = ()
    packages: tuple[
        Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9+.-]+\Z", examples=["postgresql-16-postgis-3"])], ...
    ] = ()
    env: EnvName | Mapping[EnvName, Piece] = "DATABASE_URL"


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The server, a secret that the host makes, the user and the database, and their URL in the app's environment."""
    app = deployment_of(host).app
    own = app.name.replace("-", "_")
    user, database = v.user or own, v.database or own
    secret = f"{app.services}/postgres.secret"
    for package in ("postgresql", *v.packages):
        yield Step(f"install {package}", Package(package))
    yield Step("run PostgreSQL", Service("postgresql"))
    yield Step("make the directory of the services' passwords", Directory(app.services, mode="0700"))
    yield Step("make PostgreSQL's password", Secret(secret))
    resource = PostgresDatabase(database, user, secret, v.port, v.encoding, v.extensions)
    yield Step(f"make the database {database}", resource)
    pieces = {
        "user": user,
        "password": "{secret}",
        "host": "127.0.0.1",
        "port": str(v.port),
        "database": database,
    }
    told = encode_env(settings_of(v.env, URL, pieces))
    env = SecretFile(f"{app.services}/postgres.env", told, secret)
    yield Step("write the app's settings for PostgreSQL", env)
