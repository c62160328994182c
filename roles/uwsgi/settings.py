"""uWSGI's own options, by their own names (uwsgi-docs, "uWSGI Options").

What is left out stays at uWSGI's default, whatever version the host has. Options that would
contradict the socket, the user or the release are not here: see ``MANAGED``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, field, fields, make_dataclass
from keyword import iskeyword
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

Count = Annotated[int, Meta(ge=0)]
Workers = Annotated[int, Meta(ge=1, le=1024)]

ITS_SOCKET = "the instance gets its socket from its runtime"
ITS_FILE = "the release has its own uwsgi.ini"
ITS_CODE = "the code's directory is the release's"
ITS_ENVIRONMENT = "the release has its own virtual environment"
RUNTIME = "app_runtime runs the instance"

MANAGED = {
    "binary_path": ITS_ENVIRONMENT,
    "callable": "set app_callable",
    "chdir": ITS_CODE,
    "chdir2": ITS_CODE,
    "chmod": ITS_SOCKET,
    "chmod_socket": ITS_SOCKET,
    "chown_socket": ITS_SOCKET,
    "config": ITS_FILE,
    "daemonize": RUNTIME,
    "daemonize2": RUNTIME,
    "emperor": RUNTIME,
    "env": "set app_env",
    "file": "set app_callable",
    "gid": "set app_user",
    "home": ITS_ENVIRONMENT,
    "http": f"{ITS_SOCKET}; set uwsgi_http_router",
    "http11_socket": ITS_SOCKET,
    "http_socket": ITS_SOCKET,
    "immediate_gid": "set app_user",
    "immediate_uid": "set app_user",
    "include": ITS_FILE,
    "inherit": ITS_FILE,
    "ini": ITS_FILE,
    "ini_paste": "set app_callable",
    "ini_paste_logged": "set app_callable",
    "json": ITS_FILE,
    "manage_script_name": "set uwsgi_mount",
    "module": "set app_callable",
    "paste": "set app_callable",
    "paste_logger": "set app_callable",
    "pidfile": RUNTIME,
    "pidfile2": RUNTIME,
    "protocol": "the web server chooses it",
    "pyhome": ITS_ENVIRONMENT,
    "safe_pidfile": RUNTIME,
    "safe_pidfile2": RUNTIME,
    "socket": ITS_SOCKET,
    "socket_protocol": "the web server chooses it",
    "uid": "set app_user",
    "umask": RUNTIME,
    "uwsgi_socket": ITS_SOCKET,
    "venv": ITS_ENVIRONMENT,
    "virtualenv": ITS_ENVIRONMENT,
    "wsgi": "set app_callable",
    "wsgi_file": "set app_callable",
    "xml": ITS_FILE,
    "yaml": ITS_FILE,
}
"""Options that the role makes itself, and why."""

PREFIX = regex(r"/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-]")
APP = regex(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*(\(\))?")
UNPRINTABLE = regex(r"[\x00-\x1f\x7f]")


def ours(default: Any, variable: str = "") -> Any:
    """A field that is no option of uWSGI."""
    return field(default=default, metadata={"option": "", **({"variable": variable} if variable else {})})


@frozen
class Chosen:
    """The variables with a default or a meaning of their own; see README.md."""

    packages: tuple[str, ...] = ours(())
    build: Literal["pip", "debian"] = ours("pip", "uwsgi_from")
    http_router: bool = ours(default=False)
    http_keepalive: bool | int | None = None
    strict: bool = True
    master: bool = True
    processes: Workers | None = None
    workers: Workers | None = None
    threads: Annotated[int, Meta(ge=1, le=1024)] | None = None
    enable_threads: bool = True
    single_interpreter: bool = True
    lazy_apps: bool = False
    need_app: bool = True
    die_on_term: bool = True
    vacuum: bool | None = None
    harakiri: Count | None = None
    max_requests: Count | None = None
    reload_mercy: Count | None = None
    limit_as: Count | None = None
    buffer_size: Annotated[int, Meta(ge=1024, le=65535)] = 49152
    mount: Mapping[str, str] = field(default_factory=dict)
    stats: str | None = None
    logto: str | None = None
    gevent: Count | None = None

    def __post_init__(self) -> None:
        if self.processes and self.workers:
            raise ValueError("workers: is another name of processes; set one of the two")
        if self.vacuum and self.stats:
            raise ValueError(
                "vacuum: would end with the stats socket of the next instance; leave one of them out"
            )
        for prefix, app in self.mount.items():
            if not (PREFIX.fullmatch(prefix) and APP.fullmatch(app)):
                raise ValueError(f"mount: {prefix!r}: {app!r}; expected such as /shop: shop:create_app()")
        for name, text in self.options():
            if UNPRINTABLE.search(text):
                raise ValueError(f"{name.replace('-', '_')}: {text!r}; expected text on one line")

    def options(self) -> Iterator[tuple[str, str]]:
        """Each option that was set, under uWSGI's own name; several times, if it was given a list."""
        for one in fields(self):
            name = option_of(one)
            yield from ((name, text) for text in _texts(getattr(self, one.name)) if name)


def option_of(one: Field[Any]) -> str:
    """What uWSGI calls the field *one*; empty for what is no option of it."""
    return str(one.metadata.get("option", one.name.replace("_", "-")))


def _texts(value: Any) -> tuple[str, ...]:
    if value is None or value is False:
        return ()
    if isinstance(value, Mapping):
        return tuple(f"{key}={text}" for key, text in value.items())
    if isinstance(value, tuple):
        return value
    return ("true" if value is True else str(value),)


TAKES: dict[str, Any] = {
    "flag": bool | None,
    "number": int | None,
    "text": str | tuple[str, ...] | None,
    "optional": bool | int | str | tuple[str, ...] | None,
}
"""The type of an option's variable, by what options.txt says of it."""


def listed() -> dict[str, str]:
    """Every option of uWSGI with what it takes."""
    text = Path(__file__).with_name("options.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {name: takes for name, takes in lines}  # noqa: C416 - each line is a pair, which dict() does not see


def _others() -> Iterator[tuple[str, Any, Any]]:
    """A field for each option that is left to uWSGI."""
    told = {one.name for one in fields(Chosen)} | set(MANAGED)
    by_name = {option.replace("-", "_"): (option, takes) for option, takes in listed().items()}
    for name, (option, takes) in by_name.items():
        if name not in told:
            metadata = {"option": option, "variable": f"uwsgi_{name}", "listed": "options.txt"}
            yield name + "_" * iskeyword(name), TAKES[takes], field(default=None, metadata=metadata)


Vars = make_dataclass("Vars", list(_others()), bases=(Chosen,), frozen=True)
"""``uwsgi_NAME`` in the inventory, for each option NAME with ``-`` written ``_``."""
