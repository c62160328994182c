"""PostgreSQL on the host, with a database of the app's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from deploytasks import resources
from deploytasks.agent.frozen import frozen
from deploytasks.agent.services.environment_file import encode_env
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Handler, Step
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

NAME, WHOSE = "postgres", "PostgreSQL's"
CERTIFICATE, KEY = f"{HOME}/postgres.pem", f"{HOME}/postgres-key.pem"
"""One for all databases: a cluster shows the same to everybody."""
reload = Handler("reload PostgreSQL", resources.Reload("postgresql"))

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


@frozen
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
    host: str = ""
    password: Password = field(default="", metadata={"secret": True})
    certificate: CertificateText = ""


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The server, and a database for each app that has it here; the app's URL of its own, wherever that is."""
    shared = of_service(host, NAME)
    own = deployment_of(host).app if has_own(host, NAME) else None
    address = server_address(host, NAME) if own else ""
    if shared or not address:
        yield from _server(v, shared)
    for one in shared:
        is_guest_here = own is None or own.name != one.app.name
        yield from _database(one.app, one.v, is_guest_here=is_guest_here)
        yield from _opened(one)
    if own and address:
        yield from handed_over(host, NAME, WHOSE, v.password, v.certificate)
    elif own and own.name not in {one.app.name for one in shared}:
        yield from _database(own, v)
    if own:
        yield _settings(own, v, address)


def handed(app: App) -> Mapping[str, str]:
    """The files of the server that hold what the app's other hosts need, by variable."""
    return {"password": secret_of(app, NAME), "certificate": CERTIFICATE}


def _server(v: Vars, shared: Iterable[Shared]) -> Iterator[Step]:
    wanted = (v, *(one.v for one in shared))
    for package in dict.fromkeys(("postgresql", *(package for one in wanted for package in one.packages))):
        yield Step(f"install {package}", resources.Package(package))
    yield Step("run PostgreSQL", resources.Service("postgresql"))


def _database(app: App, v: Vars, *, is_guest_here: bool = False) -> Iterator[Step]:
    yield from kept_secret(app, NAME, WHOSE, is_guest_here=is_guest_here)
    user, database = _names(app, v)
    secret = secret_of(app, NAME)
    resource = resources.PostgresDatabase(database, user, secret, v.port, v.encoding, v.extensions)
    yield Step(f"make the database {database}", resource)


def _opened(shared: Shared) -> Iterator[Step]:
    """The app's other hosts may come; where there are none any more, none."""
    v = shared.v
    if shared.guests:
        yield Step("make the directory of certificates", resources.Directory(HOME))
        yield from shown_certificate(shared, CERTIFICATE, KEY, "postgres", reload)
    user, database = _names(shared.app, v)
    access = resources.PostgresAccess(database, user, shared.sources, CERTIFICATE, KEY, v.port)
    yield Step(f"let the hosts of {shared.app.name} in", access)
    yield from firewall_opened(shared, v.port)


def _settings(app: App, v: Vars, address: str) -> Step:
    """The URL of the database; one on another host is asked by the certificate that is known of it."""
    user, database = _names(app, v)
    pieces = {
        "user": user,
        "password": "{secret}",
        "host": address or "127.0.0.1",
        "port": str(v.port),
        "database": database,
    }
    known_by = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": certificate_of(app, NAME)} if address else {}
    url = f"{URL}?sslmode=verify-full&sslrootcert={certificate_of(app, NAME)}" if address else URL
    told = settings_of(v.env, url, pieces)
    env = resources.SecretFile(
        f"{app.services}/postgres.env", encode_env({**known_by, **told}), secret_of(app, NAME)
    )
    return Step("write the app's settings for PostgreSQL", env)


def _names(app: App, v: Vars) -> tuple[str, str]:
    """The user and the database."""
    own = app.name.replace("-", "_")
    return v.user or own, v.database or own
