"""gunicorn's own settings, by their own names (docs.gunicorn.org, "Settings").

What is left out stays at gunicorn's default, whatever version the app has pinned. Settings that
would contradict the socket, the user or the release are not here: see ``MANAGED``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

from msgspec import Meta

Count = Annotated[int, Meta(ge=0)]
Workers = Annotated[int, Meta(ge=1, le=1024)]

MANAGED = {
    "bind": "the instance gets its socket from systemd",
    "chdir": "the code's directory is the release's",
    "config": "the release has its own gunicorn.conf.py",
    "daemon": "systemd runs the instance",
    "group": "set app_user",
    "initgroups": "set app_user",
    "pidfile": "systemd knows the main process",
    "raw_env": "set app_env",
    "reuse_port": "the instance gets its socket from systemd",
    "umask": "the unit sets it",
    "user": "set app_user",
    "wsgi_app": "set app_callable",
}
"""Settings that the role makes itself, and why."""


@dataclass(frozen=True)
class Vars:
    """``gunicorn_NAME`` in the inventory; see README.md. *packages* is what pip installs for it."""

    packages: tuple[str, ...] = ()
    workers: Workers | None = None
    worker_class: str = "sync"
    worker_tmp_dir: str = "/dev/shm"  # noqa: S108 - memory, so that a slow disk blocks no heartbeat
    access_log_format: str | None = None
    accesslog: str | None = None
    asgi_disconnect_grace_period: Count | None = None
    asgi_lifespan: str | None = None
    asgi_loop: str | None = None
    backlog: Count | None = None
    capture_output: bool | None = None
    casefold_http_method: bool | None = None
    dirty_apps: tuple[str, ...] | None = None
    dirty_graceful_timeout: Count | None = None
    dirty_threads: Count | None = None
    dirty_timeout: Count | None = None
    dirty_workers: Count | None = None
    disable_redirect_access_to_syslog: bool | None = None
    dogstatsd_tags: str | None = None
    enable_backlog_metric: bool | None = None
    enable_stdio_inheritance: bool | None = None
    errorlog: str | None = None
    forwarded_allow_ips: str | None = None
    forwarder_headers: str | None = None
    graceful_timeout: Count | None = None
    header_map: str | None = None
    http2_cleartext: str | None = None
    http2_initial_window_size: Count | None = None
    http2_max_concurrent_streams: Count | None = None
    http2_max_frame_size: Count | None = None
    http2_max_header_list_size: Count | None = None
    http_parser: str | None = None
    http_protocols: str | None = None
    keepalive: Count | None = None
    limit_request_field_size: Count | None = None
    limit_request_fields: Count | None = None
    limit_request_line: Count | None = None
    logconfig: str | None = None
    logconfig_dict: Mapping[str, Any] | None = None
    logconfig_json: str | None = None
    logger_class: str | None = None
    loglevel: str | None = None
    max_requests: Count | None = None
    max_requests_jitter: Count | None = None
    permit_obsolete_folding: bool | None = None
    permit_unconventional_http_method: bool | None = None
    permit_unconventional_http_version: bool | None = None
    preload_app: bool | None = None
    proc_name: str | None = None
    proxy_allow_ips: str | None = None
    proxy_protocol: str | None = None
    pythonpath: str | None = None
    root_path: str | None = None
    secure_scheme_headers: Mapping[str, Any] | None = None
    sendfile: bool | None = None
    statsd_host: str | None = None
    statsd_prefix: str | None = None
    strip_header_spaces: bool | None = None
    syslog: bool | None = None
    syslog_addr: str | None = None
    syslog_facility: str | None = None
    syslog_prefix: str | None = None
    threads: Count | None = None
    timeout: Count | None = None
    tmp_upload_dir: str | None = None
    uwsgi_allow_ips: str | None = None
    websocket_max_message_size: Count | None = None
    worker_connections: Count | None = None

    def __post_init__(self) -> None:
        if self.worker_class in REMOVED:
            raise ValueError(
                f"worker_class: {self.worker_class!r} is no longer in gunicorn; use {REMOVED[self.worker_class]}"
            )

    def settings(self) -> dict[str, Any]:
        """What was set, in the form of gunicorn's configuration file."""
        named = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "packages"}
        return {name: _plain(value) for name, value in named.items() if value is not None}


REMOVED = {"gaiohttp": "gthread", "gaiohttp3": "gthread", "aiohttp": "gthread"}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
