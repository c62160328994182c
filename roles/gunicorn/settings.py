"""gunicorn's own settings, by their own names (docs.gunicorn.org, "Settings").

What is left out stays at gunicorn's default, whatever version the app has pinned. Settings that
would contradict the socket, the user or the release are not here: see ``MANAGED``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from typing import Annotated, Any

from msgspec import Meta

from deploytasks.agent.frozen import frozen

Count = Annotated[int, Meta(ge=0)]
Workers = Annotated[int, Meta(ge=1, le=1024)]

Hook = Annotated[
    str, Meta(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*\Z", examples=["hooks:on_starting"])
]

_ONCE = "it would end without serving"
_RELEASE = "a changed source is a new release"
_SOCKET = "the instance gets its socket from systemd"
_TLS = "TLS ends at the web server"

MANAGED = {
    "bind": _SOCKET,
    "ca_certs": _TLS,
    "cert_reqs": _TLS,
    "certfile": _TLS,
    "chdir": "the code's directory is the release's",
    "check_config": _ONCE,
    "ciphers": _TLS,
    "config": "set gunicorn_config_file",
    "control_socket": "the instance is asked by signals",
    "control_socket_disable": "the instance is asked by signals",
    "control_socket_mode": "the instance is asked by signals",
    "daemon": "systemd runs the instance",
    "default_proc_name": "set gunicorn_proc_name",
    "do_handshake_on_connect": _TLS,
    "group": "set app_user",
    "initgroups": "set app_user",
    "keyfile": _TLS,
    "paste": "set app_callable",
    "pidfile": "systemd knows the main process",
    "print_config": _ONCE,
    "protocol": "the web server speaks HTTP to it",
    "raw_env": "set app_env",
    "raw_paste_global_conf": "set app_callable",
    "reload": _RELEASE,
    "reload_engine": _RELEASE,
    "reload_extra_files": _RELEASE,
    "reuse_port": _SOCKET,
    "spew": "it would fill the journal",
    "ssl_context": _TLS,
    "ssl_version": _TLS,
    "suppress_ragged_eofs": _TLS,
    "umask": "the unit sets it",
    "user": "set app_user",
    "wsgi_app": "set app_callable",
}
"""Settings that the role makes itself, and why."""

UNHEARD = {
    "accesslog": "it goes to the journal: inv logs",
    "errorlog": "it goes to the journal: inv logs",
    "forwarded_allow_ips": "no proxy but the web server is in front; set gunicorn_forwarded_allow_ips where one is",
    "proxy_allow_ips": "no proxy but the web server is in front; set gunicorn_proxy_allow_ips where one is",
}
"""Settings that mean the place where somebody else ran the app, so they count in the inventory alone."""

HOOKS = {
    "on_starting": "server",
    "on_reload": "server",
    "when_ready": "server",
    "pre_fork": "server, worker",
    "post_fork": "server, worker",
    "post_worker_init": "worker",
    "worker_int": "worker",
    "worker_abort": "worker",
    "pre_exec": "server",
    "pre_request": "worker, request",
    "post_request": "worker, request, environ, response",
    "child_exit": "server, worker",
    "worker_exit": "server, worker",
    "nworkers_changed": "server, new_value, old_value",
    "on_exit": "server",
    "on_dirty_starting": "arbiter",
    "dirty_post_fork": "arbiter, worker",
    "dirty_worker_init": "worker",
    "dirty_worker_exit": "arbiter, worker",
}
"""Settings that are functions, with what gunicorn calls them with: it counts their arguments."""


@frozen
class Vars:
    """``gunicorn_NAME`` in the inventory; see README.md.

    *packages* is what pip installs for it, *config_file* the app's own file of settings: None for the usual one.
    """

    packages: tuple[str, ...] = ()
    config_file: str | None = field(default=None, metadata={"said": "config"})
    workers: Workers | None = None
    worker_class: str | None = None
    worker_tmp_dir: str = "/dev/shm"  # noqa: S108  # nosec B108  memory, so that a slow disk blocks no heartbeat
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
    child_exit: Hook | None = None
    dirty_post_fork: Hook | None = None
    dirty_worker_exit: Hook | None = None
    dirty_worker_init: Hook | None = None
    nworkers_changed: Hook | None = None
    on_dirty_starting: Hook | None = None
    on_exit: Hook | None = None
    on_reload: Hook | None = None
    on_starting: Hook | None = None
    post_fork: Hook | None = None
    post_request: Hook | None = None
    post_worker_init: Hook | None = None
    pre_exec: Hook | None = None
    pre_fork: Hook | None = None
    pre_request: Hook | None = None
    when_ready: Hook | None = None
    worker_abort: Hook | None = None
    worker_exit: Hook | None = None
    worker_int: Hook | None = None

    def __post_init__(self) -> None:
        if self.worker_class in REMOVED:
            raise ValueError(
                f"worker_class: {self.worker_class!r} is no longer in gunicorn; use {REMOVED[self.worker_class]}"
            )

    def settings(self) -> dict[str, Any]:
        """What was set, in the form of gunicorn's configuration file; without functions and workers."""
        left = {"packages", "config_file", "worker_class", "workers", *HOOKS}
        named = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in left}
        return {name: _plain(value) for name, value in named.items() if value is not None}

    def hooks(self) -> dict[str, tuple[str, str, str]]:
        """The functions that were set: setting to module, name and arguments."""
        named = {name: getattr(self, name) for name in HOOKS}
        return {name: (*value.split(":"), HOOKS[name]) for name, value in named.items() if value is not None}


REMOVED = {
    "gaiohttp": "gthread, or aiohttp.GunicornWebWorker for an app of aiohttp",
    "gaiohttp3": "gthread, or aiohttp.GunicornWebWorker for an app of aiohttp",
    "aiohttp": "gthread, or aiohttp.GunicornWebWorker for an app of aiohttp",
}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
