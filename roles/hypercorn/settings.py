"""hypercorn's own settings, by the names of its configuration (hypercorn.readthedocs.io, "Configuring").

What is left out stays at hypercorn's default. Settings that would contradict the socket, the web server or
the release are not here: see ``MANAGED``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, Literal

from msgspec import Meta

from deploytasks.agent.frozen import frozen
from deploytasks.roles.app.asgi import Interface

Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(ge=0)]
Level = Literal["debug", "info", "warning", "error", "critical"]

_SOCKET = "the runtime hands over the instance's socket"
_TLS = "TLS ends at the web server"
_USER = "set app_user"

MANAGED = {
    "alpn_protocols": _TLS,
    "alt_svc_headers": _TLS,
    "application_path": "set app_callable",
    "bind": _SOCKET,
    "ca_certs": _TLS,
    "cert_reqs": _TLS,
    "certfile": _TLS,
    "ciphers": _TLS,
    "daemon": "the runtime ends the workers with the instance",
    "group": _USER,
    "insecure_bind": _SOCKET,
    "keyfile": _TLS,
    "keyfile_password": _TLS,
    "logger_class": "a class cannot be named here; set hypercorn_logconfig_dict",
    "pid_path": "the runtime knows the main process",
    "quic_bind": _SOCKET,
    "ssl_handshake_timeout": _TLS,
    "umask": _SOCKET,
    "use_reloader": "a changed source is a new release",
    "user": _USER,
    "verify_flags": _TLS,
    "verify_mode": _TLS,
    "wsgi_max_body_size": "the web server limits it",
}
"""Settings that the role makes itself, and why."""


UNHEARD = {
    "accesslog": "it goes to the journal: inv logs",
    "config": "write its settings into the inventory as hypercorn_...",
    "errorlog": "it goes to the journal: inv logs",
}
"""What a command line may say that counts in the inventory alone."""


@frozen
class Vars:
    """``hypercorn_NAME`` in the inventory; see README.md.

    *packages* is what pip installs for it, *threads* how many requests to a WSGI app a worker serves at once.
    """

    packages: tuple[str, ...] = ()
    interface: Interface | None = None
    threads: Annotated[int, Meta(ge=1, le=1000)] = 10
    workers: Annotated[int, Meta(ge=1, le=1024)] | None = None
    worker_class: Literal["asyncio", "uvloop", "trio"] = "asyncio"
    graceful_timeout: Seconds | None = None
    access_log_format: str | None = None
    accesslog: Literal["-"] | None = None
    backlog: Positive | None = None
    debug: bool | None = None
    dogstatsd_tags: str | None = None
    errorlog: Literal["-"] | None = None
    h11_max_incomplete_size: Positive | None = None
    h11_pass_raw_headers: bool | None = None
    h2_max_concurrent_streams: Positive | None = None
    h2_max_header_list_size: Positive | None = None
    h2_max_inbound_frame_size: Positive | None = None
    include_date_header: bool | None = None
    include_server_header: bool | None = None
    keep_alive_max_requests: Positive | None = None
    keep_alive_timeout: Seconds | None = None
    logconfig: str | None = None
    logconfig_dict: Mapping[str, Any] | None = None
    loglevel: Level | None = None
    max_app_queue_size: Positive | None = None
    max_requests: Positive | None = None
    max_requests_jitter: Count | None = None
    read_timeout: Positive | None = None
    root_path: str | None = None
    server_names: tuple[str, ...] | None = None
    shutdown_timeout: Seconds | None = None
    startup_timeout: Seconds | None = None
    statsd_host: str | None = None
    statsd_prefix: str | None = None
    websocket_max_message_size: Positive | None = None
    websocket_ping_interval: Seconds | None = None

    def settings(self) -> dict[str, Any]:
        """What was set, in the form of hypercorn's configuration file."""
        named = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in OURS}
        return {name: _plain(value) for name, value in named.items() if value is not None}


OURS = frozenset({"packages", "interface", "threads"})
"""Variables that hypercorn does not know."""


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
