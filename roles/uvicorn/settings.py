"""uvicorn's own settings, by the names of its options (uvicorn.dev, "Settings").

What is left out stays at uvicorn's default. Settings that would contradict the socket, the web server or
the release are not here: see ``MANAGED``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from deploytasks.agent.frozen import frozen
from deploytasks.roles.app.asgi import Interface

Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(ge=0)]
Level = Literal["critical", "error", "warning", "info", "debug", "trace"]
HeaderField = Annotated[
    str, Meta(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n]*\Z", examples=["X-Served-By: shop"])
]

_SOCKET = "the runtime hands over the instance's socket"
_RELEASE = "a changed source is a new release"
_TLS = "TLS ends at the web server"
_BEHIND = "who asks is known from the web server, which alone can connect"

MANAGED = {
    "app_dir": "set app_callable",
    "env_file": "set app_env_file",
    "factory": "set app_callable",
    "fd": _SOCKET,
    "forwarded_allow_ips": _BEHIND,
    "host": _SOCKET,
    "port": _SOCKET,
    "proxy_headers": _BEHIND,
    "reload": _RELEASE,
    "reload_delay": _RELEASE,
    "reload_dir": _RELEASE,
    "reload_exclude": _RELEASE,
    "reload_include": _RELEASE,
    "ssl_ca_certs": _TLS,
    "ssl_cert_reqs": _TLS,
    "ssl_certfile": _TLS,
    "ssl_ciphers": _TLS,
    "ssl_keyfile": _TLS,
    "ssl_keyfile_password": _TLS,
    "ssl_version": _TLS,
    "uds": _SOCKET,
}
"""Settings that the role makes itself, and why."""


@frozen
class Vars:
    """``uvicorn_NAME`` in the inventory; see README.md.

    *packages* is what pip installs for it, *threads* how many requests to a WSGI app a worker serves at once.
    """

    packages: tuple[str, ...] = ()
    interface: Interface | None = None
    threads: Annotated[int, Meta(ge=1, le=1000)] = 10
    workers: Annotated[int, Meta(ge=1, le=1024)] | None = None
    timeout_graceful_shutdown: Count | None = None
    access_log: bool | None = None
    backlog: Positive | None = None
    date_header: bool | None = None
    h11_max_incomplete_event_size: Positive | None = None
    header: tuple[HeaderField, ...] = ()
    http: Literal["auto", "h11", "httptools", "zttp"] | None = None
    http2: bool | None = None
    lifespan: Literal["auto", "on", "off"] | None = None
    limit_concurrency: Positive | None = None
    limit_max_requests: Positive | None = None
    limit_max_requests_jitter: Count | None = None
    log_config: str | None = None
    log_level: Level | None = None
    loop: Literal["auto", "asyncio", "uvloop", "zuvloop"] | None = None
    reset_contextvars: bool | None = None
    root_path: str | None = None
    server_header: bool | None = None
    timeout_keep_alive: Count | None = None
    timeout_worker_healthcheck: Positive | None = None
    use_colors: bool | None = None
    ws: Literal["auto", "websockets", "websockets-sansio", "wsproto"] | None = None
    ws_max_queue: Positive | None = None
    ws_max_size: Positive | None = None
    ws_per_message_deflate: bool | None = None
    ws_ping_interval: Seconds | None = None
    ws_ping_timeout: Seconds | None = None

    def __post_init__(self) -> None:
        if self.limit_max_requests and self.workers == 1:
            raise ValueError(
                "limit_max_requests: a single worker is not replaced when it ends; set uvicorn_workers to 2 or more"
            )


SWITCHES = frozenset({"access_log", "date_header", "server_header", "use_colors"})
"""Options with an opposite: ``--access-log`` and ``--no-access-log``."""
FLAGS = frozenset({"http2", "reset_contextvars"})
"""Options that are there or not."""
OURS = frozenset({"packages", "interface", "threads", "header"})
"""Variables that are no options, and one that may be given more than once."""


def options(settings: dict[str, object]) -> Iterator[str]:
    """The words of the command line that say *settings*; None leaves a setting to uvicorn."""
    for name, value in settings.items():
        option = name.replace("_", "-")
        if name in SWITCHES and value is not None:
            yield f"--{option}" if value else f"--no-{option}"
        elif name in FLAGS:
            yield from (f"--{option}",) if value else ()
        elif value is not None:
            yield f"--{option}"
            yield f"{value:g}" if isinstance(value, float) else str(value)
