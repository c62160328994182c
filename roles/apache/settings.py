"""Apache's variables: ``apache_NAME`` in the inventory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from msgspec import Meta

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.roles.app.domains import domains, first_of, redirected
from deploytasks.roles.app.key_pair import read_key_pair
from deploytasks.roles.app.passwords import require_logins
from deploytasks.roles.app.proxies import networks_of

UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
PERIODS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "M": 30 * 86400, "y": 365 * 86400}
PACE = r"(header|body)=[0-9]+(-[0-9]+)?(,MinRate=[0-9]+)?"

Port = Annotated[int, Meta(ge=1, le=65535)]
Seconds = Annotated[int, Meta(ge=1, le=86400)]
MediaType = Annotated[str, Meta(pattern=r"^[a-z]+/[a-z0-9.+-]+\Z", examples=["text/css"])]

HEADER_NAME = regex(r"[A-Za-z0-9-]+")
HEADER_VALUE = regex(r"(?!expr=)[ !#&-\[\]-~]+")
"""Printable ASCII but for what Apache takes for the end of a text, an escape, a variable or a format."""


@frozen
class Vars:
    """``apache_NAME`` in the inventory; see README.md."""

    server_name: str = "_"
    redirect_names: str | tuple[str, ...] = ""
    basic_auth: Mapping[str, str] = field(default_factory=dict, metadata={"secret": True})
    listen: Port = 80
    tls: Literal["off", "self-signed", "files"] = "off"
    tls_listen: Port = 443
    tls_profile: Literal["intermediate", "modern"] = "intermediate"
    tls_certificate: str = ""
    tls_certificate_key: str = ""
    redirect: bool = True
    hsts: Annotated[
        str,
        Meta(
            pattern=r"^(max-age=[0-9]+(; includeSubDomains)?(; preload)?)?\Z", examples=["max-age=63072000"]
        ),
    ] = ""
    limit_request_body: Annotated[str, Meta(pattern=r"^[0-9]{1,9}[kmgKMG]?\Z", examples=["10m"])] = "10m"
    request_read_timeout: Annotated[
        str, Meta(pattern=rf"^{PACE}( {PACE})?\Z", examples=["header=20-40,MinRate=500"])
    ] = "header=20-40,MinRate=500 body=20,MinRate=500"
    timeout: Seconds = 60
    proxy_connection_timeout: Seconds = 5
    proxy_timeout: Seconds | None = None
    trusted_proxies: tuple[str, ...] = ()
    health_path: Annotated[str, Meta(pattern=r"^((/[A-Za-z0-9._~-]+)+)?\Z", examples=["/healthz"])] = ""
    headers: Mapping[str, str] = field(default_factory=lambda: {"X-Content-Type-Options": "nosniff"})
    deflate: bool = True
    deflate_types: tuple[MediaType, ...] = (
        "text/html",
        "text/css",
        "text/plain",
        "text/xml",
        "text/javascript",
        "application/javascript",
        "application/json",
        "application/xml",
        "image/svg+xml",
    )
    static_expires: Annotated[str, Meta(pattern=r"^(off|[0-9]{1,5}[smhdwMy])\Z", examples=["1h"])] = "1h"
    access_log: bool = True
    catch_all: bool = True

    def __post_init__(self) -> None:
        redirected(self.redirect_names, domains(self.server_name))
        require_logins(self.basic_auth)
        _require_headers(self.headers)
        networks_of(self.trusted_proxies)
        if self.has_tls:
            self._require_names()
        elif self.hsts:
            raise ValueError("hsts: wants TLS; set apache_tls to self-signed or files")
        if self.tls == "files":
            self.key_pair()
        elif self.tls_certificate or self.tls_certificate_key:
            raise ValueError(f"tls: {self.tls!r} takes no apache_tls_certificate; set it to files")

    @property
    def names(self) -> tuple[str, ...]:
        """The domains served; empty when the site answers to any."""
        return domains(self.server_name)

    @property
    def redirected(self) -> tuple[str, ...]:
        """The domains that lead to the first one."""
        return redirected(self.redirect_names, self.names)

    @property
    def all_names(self) -> tuple[str, ...]:
        """Those that are served, and those that lead there: a certificate is for all of them."""
        return (*self.names, *self.redirected)

    @property
    def own_name(self) -> str:
        """The first domain that is no pattern, for Apache takes a pattern for an alias only."""
        return first_of(self.names)

    @property
    def networks(self) -> tuple[str, ...]:
        """The addresses of the proxies whose word counts."""
        return networks_of(self.trusted_proxies)

    @property
    def has_tls(self) -> bool:
        return self.tls != "off"

    @property
    def is_trusted(self) -> str:
        """An expression that is true of connections from trusted proxies (Apache's manual, "Expressions")."""
        return " || ".join(f"%{{CONN_REMOTE_ADDR}} -ipmatch '{network}'" for network in self.networks)

    @property
    def ports(self) -> tuple[int, ...]:
        """Where people come."""
        return (self.listen, self.tls_listen) if self.has_tls else (self.listen,)

    def key_pair(self) -> str:
        """The chain and the key that the two files on the controller hold; ``ValueError`` when they are of no use."""
        for name in ("tls_certificate", "tls_certificate_key"):
            if not getattr(self, name):
                raise ValueError(
                    f"{name}: is missing; with apache_tls=files it is a PEM file on this machine"
                )
        return read_key_pair(self.tls_certificate, self.tls_certificate_key, self.all_names)

    def headers_of(self, is_secure: bool) -> Mapping[str, str]:
        """What each answer tells the browser."""
        return {
            **self.headers,
            **({"Strict-Transport-Security": self.hsts} if self.hsts and is_secure else {}),
        }

    @property
    def body_bytes(self) -> int:
        """The largest upload; 0 is without a limit."""
        size = self.limit_request_body.rstrip("kmgKMG")
        return int(size) * UNITS[self.limit_request_body[len(size) :].lower()]

    @property
    def expires_s(self) -> int | None:
        """For how long browsers may keep static files."""
        if self.static_expires == "off":
            return None
        return int(self.static_expires[:-1]) * PERIODS_S[self.static_expires[-1]]

    def _require_names(self) -> None:
        if not self.names:
            raise ValueError("tls: a certificate is for names; set apache_server_name")
        if self.tls_listen == self.listen:
            raise ValueError(
                f"tls_listen: {self.listen} is apache_listen already; TLS wants a port of its own"
            )


def _require_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name):
            raise ValueError(
                f"headers: {name!r} is not the name of a header; expected such as X-Frame-Options"
            )
        if not HEADER_VALUE.fullmatch(value):
            raise ValueError(f'headers: {name}: {value!r}; expected ASCII text without ", $, % and \\')
