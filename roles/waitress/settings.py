"""waitress's own settings, by their own names (docs.pylonsproject.org/projects/waitress, "Arguments").

What is left out stays at waitress's default. Settings that would contradict the socket, the release or
what the app is told of its clients are not here: see ``MANAGED``.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from deploytasks.agent.frozen import frozen
from deploytasks.roles.app.instance import BACKLOG

Bytes = Annotated[int, Meta(ge=0)]
Buffer = Annotated[int, Meta(ge=1)]
Seconds = Annotated[int, Meta(ge=1, le=86400)]

SELECTABLE = 1000
"""select(2) takes no descriptor above 1023, and the app opens some as well."""

MANAGED = {
    "clear_untrusted_proxy_headers": "set waitress_trusted_proxy_count",
    "host": "the instance gets its socket from its runtime",
    "ipv4": "the instance gets its socket from its runtime",
    "ipv6": "the instance gets its socket from its runtime",
    "listen": "the instance gets its socket from its runtime",
    "log_untrusted_proxy_headers": "set waitress_trusted_proxy_count",
    "port": "the instance gets its socket from its runtime",
    "send_bytes": "waitress is about to drop it",
    "server_name": "the Host header says it",
    "sockets": "the instance gets its socket from its runtime",
    "trusted_proxy": "set waitress_trusted_proxy_count",
    "trusted_proxy_headers": "set waitress_trusted_proxy_count",
    "unix_socket": "the instance gets its socket from its runtime",
    "unix_socket_perms": "the instance gets its socket from its runtime",
    "url_scheme": "X-Forwarded-Proto says it",
}
"""Settings that the role makes itself, and why."""


@frozen
class Vars:
    """``waitress_NAME`` in the inventory; see README.md. *packages* is what pip installs for it."""

    packages: tuple[str, ...] = ("waitress",)
    trusted_proxy_count: Annotated[int, Meta(ge=0, le=16)] | None = None
    access_log: bool = False
    threads: Annotated[int, Meta(ge=1, le=1024)] | None = None
    backlog: Annotated[int, Meta(ge=1, le=65535)] = BACKLOG
    connection_limit: Annotated[int, Meta(ge=1)] | None = None
    channel_timeout: Seconds | None = None
    cleanup_interval: Seconds | None = None
    channel_request_lookahead: Annotated[int, Meta(ge=0)] | None = None
    max_request_header_size: Buffer | None = None
    max_request_body_size: Bytes | None = None
    inbuf_overflow: Bytes | None = None
    outbuf_overflow: Bytes | None = None
    outbuf_high_watermark: Bytes | None = None
    recv_bytes: Buffer | None = None
    asyncore_loop_timeout: Seconds | None = None
    asyncore_use_poll: bool | None = None
    log_socket_errors: bool | None = None
    expose_tracebacks: bool | None = None
    ident: Annotated[str, Meta(pattern=r"^[ -~]*\Z", examples=["waitress"])] | None = None
    url_prefix: Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._~-]+)*\Z", examples=["/shop"])] | None = None

    def __post_init__(self) -> None:
        if (self.connection_limit or 0) > SELECTABLE and not self.asyncore_use_poll:
            raise ValueError(
                f"connection_limit: {self.connection_limit} connections are more than select(2) takes; "
                "set waitress_asyncore_use_poll=true too"
            )
