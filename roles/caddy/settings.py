"""Caddy's variables: ``caddy_NAME`` in the inventory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from msgspec import Meta

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.roles.app.domains import domains, redirected
from deploytasks.roles.app.key_pair import read_authorities, read_key_pair
from deploytasks.roles.app.passwords import require_logins
from deploytasks.roles.app.proxies import networks_of

HTTP_PORT = 80
HTTPS_PORT = 443

Port = Annotated[int, Meta(ge=1, le=65535)]
Size = Annotated[str, Meta(pattern=r"^[0-9]+([KMGT]i?)?B\Z", examples=["10MB"])]
Duration = Annotated[str, Meta(pattern=r"^[0-9]+(ms|s|m|h)\Z", examples=["30s"])]
Email = Annotated[
    str, Meta(pattern=r"^([A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+)?\Z", examples=["admin@example.org"])
]
Url = Annotated[
    str,
    Meta(
        pattern=r"^(https://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?)?\Z",
        examples=["https://acme.example.org/directory"],
    ),
]

HEADER_NAME = regex(r"[A-Za-z0-9-]+")
HEADER_VALUE = regex(r"[ !#-\[\]-z|~]+")
"""Printable ASCII but for what a Caddyfile takes for the end of a text, an escape or a placeholder."""


@frozen
class Vars:
    """``caddy_NAME`` in the inventory; see README.md."""

    server_name: str = "_"
    redirect_names: str | tuple[str, ...] = ""
    basic_auth: Mapping[str, str] = field(default_factory=dict, metadata={"secret": True})
    port: Port | None = None
    tls: Literal["off", "internal", "acme", "files"] = "off"
    tls_certificate: str = ""
    tls_certificate_key: str = ""
    acme_email: Email = ""
    acme_directory: Url = ""
    acme_ca_bundle: str = ""
    request_body_max_size: Size = "10MB"
    dial_timeout: Duration = "5s"
    response_header_timeout: Duration | None = None
    trusted_proxies: tuple[str, ...] = ()
    health_path: Annotated[str, Meta(pattern=r"^((/[A-Za-z0-9._~-]+)+)?\Z", examples=["/healthz"])] = ""
    headers: Mapping[str, str] = field(default_factory=lambda: {"X-Content-Type-Options": "nosniff"})
    encode: tuple[Literal["zstd", "gzip"], ...] = ("zstd", "gzip")
    static_max_age_s: Annotated[int, Meta(ge=0)] = 3600
    access_log: bool = True
    catch_all: bool = True

    def __post_init__(self) -> None:
        _require_names(self)
        redirected(self.redirect_names, self.names)
        require_logins(self.basic_auth)
        _require_headers(self.headers)
        networks_of(self.trusted_proxies)
        if self.has_tls and self.port == HTTP_PORT:
            raise ValueError(f"port: {self.port} is where Caddy leads to HTTPS from; leave caddy_port out")
        if self.tls == "files":
            self.key_pair()
        elif self.tls_certificate or self.tls_certificate_key:
            raise ValueError(f"tls: {self.tls!r} takes no caddy_tls_certificate; set it to files")
        if self.tls != "acme" and (self.acme_email or self.acme_directory or self.acme_ca_bundle):
            raise ValueError(f"tls: {self.tls!r} takes no caddy_acme_*; set it to acme")
        self.authorities()

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
    def networks(self) -> tuple[str, ...]:
        """The addresses of the proxies whose word counts."""
        return networks_of(self.trusted_proxies)

    @property
    def has_tls(self) -> bool:
        return self.tls != "off"

    @property
    def scheme(self) -> str:
        return "https" if self.has_tls else "http"

    @property
    def listen(self) -> int:
        """The port that people come to."""
        return self.port or (HTTPS_PORT if self.has_tls else HTTP_PORT)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of the site, as a Caddyfile has them before its block."""
        return self.addresses_of(self.names or ("",))

    def addresses_of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The same for *names*."""
        return tuple(f"{self.scheme}://{name}:{self.listen}" for name in names)

    def key_pair(self) -> str:
        """The chain and the key that the two files on the controller hold; ``ValueError`` when they are of no use."""
        for name in ("tls_certificate", "tls_certificate_key"):
            if not getattr(self, name):
                raise ValueError(f"{name}: is missing; with caddy_tls=files it is a PEM file on this machine")
        return read_key_pair(self.tls_certificate, self.tls_certificate_key, self.all_names)

    def authorities(self) -> str:
        """The certificates by which the ACME directory itself is trusted; empty for the system's."""
        return read_authorities(self.acme_ca_bundle) if self.acme_ca_bundle else ""


def _require_names(v: Vars) -> None:
    if not v.names and v.tls in ("internal", "acme"):
        raise ValueError("tls: a certificate is for names; set caddy_server_name")
    wild = [name for name in v.all_names if name.startswith("*.")]
    if wild and v.tls == "acme":
        raise ValueError(
            f"tls: acme proves names over HTTP, which cannot be done for {wild[0]}; "
            "name each host, or bring the certificate with caddy_tls=files"
        )


def _require_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name):
            raise ValueError(
                f"headers: {name!r} is not the name of a header; expected such as X-Frame-Options"
            )
        if not HEADER_VALUE.fullmatch(value):
            raise ValueError(f'headers: {name}: {value!r}; expected ASCII text without ", \\, {{ and }}')
