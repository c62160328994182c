"""The settings of mod_wsgi, by the names of WSGIDaemonProcess's options (modwsgi.readthedocs.io).

What is left out stays at mod_wsgi's default. Options that would contradict the release are not here: see ``MANAGED``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from deploytasks.agent.frozen import frozen

Count = Annotated[int, Meta(ge=0, le=2**31)]
Few = Annotated[int, Meta(ge=1, le=1024)]
Locale = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.@-]+\Z", examples=["C.UTF-8"])]

MANAGED = {
    "chroot": "the runtime keeps the instance apart",
    "cpu_priority": "the unit does not let it; use systemd_cpu_quota",
    "cpu_time_limit": "the unit does not let it; use systemd_cpu_quota",
    "display_name": "it is the app's name",
    "group": "set app_user",
    "home": "the code's directory is the release's",
    "memory_limit": "the unit does not let it; use systemd_memory_max",
    "python_home": "the environment is the release's",
    "python_path": "the code's directory is the release's",
    "umask": "the unit sets it",
    "user": "set app_user",
    "virtual_memory_limit": "the unit does not let it; use systemd_memory_max",
}
"""Options that the role sets itself or that do not work here, and why."""

ROLES_OWN = frozenset(
    {"module", "packages", "processes", "max_request_workers", "timeout", "log_level", "access_log"}
)


@frozen
class Vars:
    """``mod_wsgi_NAME`` in the inventory; see README.md. Times are in seconds, sizes in bytes."""

    module: Literal["distribution", "pip"] = "distribution"
    packages: tuple[str, ...] = ()
    processes: Few | None = None
    threads: Few = 15
    max_request_workers: Annotated[int, Meta(ge=1, le=20_000)] | None = None
    timeout: Annotated[int, Meta(ge=1, le=86_400)] = 300
    log_level: Literal["crit", "error", "warn", "notice", "info", "debug"] = "warn"
    access_log: bool = False
    lang: Locale = "C.UTF-8"
    locale: Locale = "C.UTF-8"
    connect_timeout: Count | None = None
    deadlock_timeout: Count | None = None
    eviction_timeout: Count | None = None
    graceful_timeout: Count | None = None
    header_buffer_size: Count | None = None
    inactivity_timeout: Count | None = None
    listen_backlog: Count | None = None
    maximum_requests: Count | None = None
    queue_timeout: Count | None = None
    receive_buffer_size: Count | None = None
    request_timeout: Count | None = None
    response_buffer_size: Count | None = None
    response_socket_timeout: Count | None = None
    restart_interval: Count | None = None
    send_buffer_size: Count | None = None
    shutdown_timeout: Count | None = None
    socket_timeout: Count | None = None
    stack_size: Count | None = None
    startup_timeout: Count | None = None

    def daemon_options(self, processes: int) -> Mapping[str, Any]:
        """What was set, in the form of WSGIDaemonProcess."""
        set_ = {
            name: value for name, value in vars(self).items() if name not in ROLES_OWN and value is not None
        }
        return {"processes": processes, **{name.replace("_", "-"): value for name, value in set_.items()}}
