"""nginx's variables: ``nginx_NAME`` in the inventory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from ipaddress import ip_address
from typing import Annotated, Literal

from msgspec import Meta

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.roles.app.domains import domains, redirected
from deploytasks.roles.app.key_pair import read_authorities, read_key_pair
from deploytasks.roles.app.passwords import require_logins
from deploytasks.roles.app.proxies import networks_of
from deploytasks.roles.nginx.buffers import Buffers
from deploytasks.roles.nginx.snippet import require_whole

Port = Annotated[int, Meta(ge=1, le=65535)]
Size = Annotated[str, Meta(pattern=r"^[0-9]+[kmgKMG]?\Z", examples=["10m"])]
Duration = Annotated[str, Meta(pattern=r"^[0-9]+(ms|s|m|h|d)?\Z", examples=["60s"])]
MediaType = Annotated[str, Meta(pattern=r"^(\*|[a-z]+/[a-z0-9.+*-]+)\Z", examples=["text/css"])]
Rate = Annotated[str, Meta(pattern=r"^([1-9][0-9]*r/[sm])?\Z", examples=["10r/s"])]
Url = Annotated[
    str,
    Meta(
        pattern=r"^https://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?\Z",
        examples=["https://acme.example.org/directory"],
    ),
]
Email = Annotated[
    str, Meta(pattern=r"^([A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+)?\Z", examples=["admin@example.org"])
]
StrictTransport = Annotated[
    str,
    Meta(pattern=r"^(max-age=[0-9]+(; includeSubDomains)?(; preload)?)?\Z", examples=["max-age=63072000"]),
]

LAST_PORT = 65535
HEADER_NAME = regex(r"[A-Za-z0-9-]+")
HEADER_VALUE = regex(r"[ !#%-\[\]-~]+")
"""Printable ASCII but for what nginx takes for the end of a text, an escape or a variable: ``"``, ``\\`` and ``$``."""


@frozen
class Vars:
    """``nginx_NAME`` in the inventory; see README.md."""

    server_name: str = "_"
    redirect_names: str | tuple[str, ...] = ""
    basic_auth: Mapping[str, str] = field(default_factory=dict, metadata={"secret": True})
    listen: Port = 80
    ipv6: bool = True
    tls: Literal["off", "self-signed", "files", "acme"] = "off"
    tls_listen: Port = 443
    tls_profile: Literal["intermediate", "modern"] = "intermediate"
    tls_certificate: str = ""
    tls_certificate_key: str = ""
    acme_email: Email = ""
    acme_directory: Url = "https://acme-v02.api.letsencrypt.org/directory"
    acme_ca_bundle: str = ""
    redirect: bool = True
    hsts: StrictTransport = ""
    http2: bool = True
    worker_connections: Annotated[int, Meta(ge=512, le=1_000_000)] = 4096
    client_max_body_size: Size = "10m"
    client_header_timeout: Duration = "15s"
    client_body_timeout: Duration = "60s"
    send_timeout: Duration = "60s"
    proxy_connect_timeout: Duration = "5s"
    proxy_read_timeout: Duration | None = None
    proxy_buffers: Annotated[str, Meta(pattern=r"^[0-9]+ [0-9]+[kmKM]?\Z", examples=["16 16k"])] = "16 16k"
    proxy_buffer_size: Size | None = None
    proxy_request_buffering: bool = True
    temp_file_size: Size = "1024m"
    trusted_proxies: tuple[str, ...] = ()
    proxy_protocol: bool = False
    health_path: Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._~/-]*)?\Z", examples=["/healthz"])] = ""
    backends: tuple[str, ...] = ()
    balance: Literal["round_robin", "least_conn", "ip_hash"] = "round_robin"
    max_fails: Annotated[int, Meta(ge=0, le=1000)] = 1
    fail_timeout: Duration = "10s"
    connections_per_address: Annotated[int, Meta(ge=0, le=65535)] = 0
    rate_limit: Rate = ""
    rate_limit_burst: Annotated[int, Meta(ge=0, le=100_000)] = 20
    headers: Mapping[str, str] = field(default_factory=lambda: {"X-Content-Type-Options": "nosniff"})
    snippet: str = ""
    gzip: bool = True
    gzip_types: tuple[MediaType, ...] = (
        "text/css",
        "text/plain",
        "text/xml",
        "application/javascript",
        "application/json",
        "application/xml",
        "image/svg+xml",
    )
    brotli: bool = False
    static_expires: Annotated[str, Meta(pattern=r"^(off|max|epoch|[0-9]+[smhdwMy])\Z", examples=["1h"])] = (
        "1h"
    )
    access_log: bool = True
    catch_all: bool = True

    def __post_init__(self) -> None:
        redirected(self.redirect_names, domains(self.server_name))
        self.buffers.require_room()
        for backend in self.backends:
            _require_backend(backend)
        require_logins(self.basic_auth)
        _require_headers(self.headers)
        networks_of(self.trusted_proxies)
        if self.proxy_protocol and not self.trusted_proxies:
            raise ValueError(
                "proxy_protocol: from whom? set nginx_trusted_proxies to the addresses that speak it"
            )
        require_whole(self.snippet, "snippet")
        if self.has_tls:
            self._require_names()
        elif self.hsts:
            raise ValueError("hsts: wants TLS; set nginx_tls to self-signed, files or acme")
        if self.tls == "files":
            self.key_pair()
        elif self.tls_certificate or self.tls_certificate_key:
            raise ValueError(f"tls: {self.tls!r} takes no nginx_tls_certificate; set it to files")
        if self.tls == "acme":
            self._require_provable_names()
            self.authorities()

    @property
    def is_guarded(self) -> bool:
        """Whether nginx itself may refuse visitors; directives of one's own may do anything."""
        return bool(self.basic_auth or self.rate_limit or self.connections_per_address or self.snippet)

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
    def timeouts(self) -> Mapping[str, str]:
        """How long a client may pause, by nginx's directives; without those that the snippet gives itself."""
        timeouts = {
            "client_header_timeout": self.client_header_timeout,
            "client_body_timeout": self.client_body_timeout,
            "send_timeout": self.send_timeout,
        }
        return {
            name: value
            for name, value in timeouts.items()
            if not re.search(rf"(?m)^\s*{name}\s", self.snippet)
        }

    def addresses(self, port: int) -> tuple[str, ...]:
        """What nginx listens on for *port*."""
        return (str(port), f"[::]:{port}") if self.ipv6 else (str(port),)

    @property
    def networks(self) -> tuple[str, ...]:
        """The addresses of the proxies whose word counts."""
        return networks_of(self.trusted_proxies)

    @property
    def trusts_fields(self) -> bool:
        """Whether they say in header fields by which URL they were asked; where they speak PROXY, a client does."""
        return bool(self.trusted_proxies) and not self.proxy_protocol

    @property
    def listen_more(self) -> str:
        """What nginx is told of each address that it listens on."""
        return " proxy_protocol" if self.proxy_protocol else ""

    @property
    def has_tls(self) -> bool:
        return self.tls != "off"

    def key_pair(self) -> str:
        """The chain and the key that the two files on the controller hold; ``ValueError`` when they are of no use."""
        for name in ("tls_certificate", "tls_certificate_key"):
            if not getattr(self, name):
                raise ValueError(f"{name}: is missing; with nginx_tls=files it is a PEM file on this machine")
        return read_key_pair(self.tls_certificate, self.tls_certificate_key, self.all_names)

    def authorities(self) -> str:
        """The certificates by which the ACME directory itself is trusted; empty for the system's."""
        return read_authorities(self.acme_ca_bundle) if self.acme_ca_bundle else ""

    @property
    def buffers(self) -> Buffers:
        """What is there for an answer."""
        return Buffers.of(self.proxy_buffers, self.proxy_buffer_size, self.temp_file_size)

    def _require_names(self) -> None:
        if not self.names:
            raise ValueError("tls: a certificate is for names; set nginx_server_name")
        if self.tls_listen == self.listen:
            raise ValueError(
                f"tls_listen: {self.listen} is nginx_listen already; TLS wants a port of its own"
            )

    def _require_provable_names(self) -> None:
        wild = [name for name in self.all_names if name.startswith("*.")]
        if wild:
            raise ValueError(
                f"tls: acme proves names over HTTP, which cannot be done for {wild[0]}; "
                "name each host, or bring the certificate with nginx_tls=files"
            )


def _require_backend(backend: str) -> None:
    """A name would be looked up when nginx starts only, and keep it from starting when that fails."""
    address, _, port = backend.rpartition(":")
    try:
        found = ip_address(address.removeprefix("[").removesuffix("]"))
        known = (str(found) if found.version == 4 else f"[{found}]") == address and 0 < int(port) <= LAST_PORT
    except ValueError:
        known = False
    if not known:
        raise ValueError(
            f"backends: {backend!r}; expected an address and a port, such as 10.0.0.2:8000 or [fd00::2]:8000"
        )


def _require_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name):
            raise ValueError(
                f"headers: {name!r} is not the name of a header; expected such as X-Frame-Options"
            )
        if not HEADER_VALUE.fullmatch(value):
            raise ValueError(
                f'headers: {name}: {value!r}; expected ASCII text without ", $ and \\'
                "; what needs them goes into nginx_snippet"
            )
