"""The app's variables: ``app_NAME`` in the inventory, and the installer's."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import field
from ipaddress import ip_address
from itertools import pairwise
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta

from deploytasks.agent.frozen import frozen
from deploytasks.agent.protocols.statuses import ranges
from deploytasks.agent.regex import regex
from deploytasks.roles.app.process import Processes, check_processes
from deploytasks.roles.app.proxies import networks_of
from deploytasks.roles.app.reserved import is_reserved
from deploytasks.roles.app.underscored import require_names

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,30}\Z", examples=["shop"])]
Seconds = Annotated[float, Meta(ge=0, le=3600)]
Below = Annotated[
    str,
    Meta(pattern=r"^([A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*)?\Z", examples=["backend"]),
]
PackageName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9+.-]*[a-z0-9+.]\Z", examples=["libpq-dev"])]
Distribution = Annotated[
    str, Meta(pattern=r"^[a-z]+([0-9]+(\.[0-9]+)?)?\Z", examples=["debian12", "ubuntu24.04"])
]
LocaleName = Annotated[
    str, Meta(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?(\.[A-Za-z0-9-]+)?(@[a-z]+)?\Z", examples=["de_DE.UTF-8"])
]
GroupName = Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_-]{0,31}\Z", examples=["dialout"])]
Mount = Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?\Z", examples=["/shop"])]
UrlPath = Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._~@+-]+)+/?\Z", examples=["/static/assets"])]
Period = Annotated[str, Meta(pattern=r"^([1-9][0-9]*[smhdw]|off|false|true)\Z", examples=["1d", "off"])]
Word = Annotated[str, Meta(pattern=r"^[^\x00-\x1f]+\Z", examples=["ddtrace-run"])]
PERIODS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
KEPT_STATIC = "1d"
"""For how long where it is not said."""
ENV_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
OF_THE_SYSTEM = regex(
    r"/(bin|boot|dev|etc|lib(32|64|x32)?|proc|run|sbin|sys|tmp)(/|$)|/usr/(?!local/)|/var/(tmp|run|lock|spool|log)(/|$)|"
    r"/(opt|var/lib|var/cache)/deploytasks(/|$)"
)
"""Where packages, the kernel and root's own programs put things, and where anybody may (hier(7))."""
SSH = 22
LOADER = frozenset({"LD_PRELOAD", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME"})

SERVERS = (
    "gunicorn",
    "uwsgi",
    "waitress",
    "gevent",
    "uvicorn",
    "hypercorn",
    "cheroot",
    "twisted",
    "mod_wsgi",
    "fastcgi",
    "cgi",
)
WEB_SERVERS = ("nginx", "apache", "caddy", "none")
RUNTIMES = ("systemd", "supervisor", "docker", "compose")
SERVICES = ("postgres", "redis")


def _one_of(words: tuple[str, ...]) -> Meta:
    """One of ours, or a part of one's own by the dotted name of its module."""
    pattern = rf"^({'|'.join(words)}|(?!deploytasks\.)[A-Za-z_]\w*(\.[A-Za-z_]\w*)+)\Z"
    return Meta(
        pattern=pattern, examples=list(words), extra={"words": words, "or": "the dotted name of a module"}
    )


Server = Annotated[str, _one_of(SERVERS)]
WebServer = Annotated[str, _one_of(WEB_SERVERS)]
Runtime = Annotated[str, _one_of(RUNTIMES)]
ServiceName = Annotated[str, _one_of(SERVICES)]


@frozen
class Vars:
    """``app_NAME`` in the inventory; see README.md."""

    name: Name
    source: str = "."
    callable: str | None = None
    below: Below = field(default="", metadata={"variable": "app_directory"})
    requirements: str | None = None
    require_hashes: bool = False
    python: str = "python3"
    python_install: bool = False
    python_mirror: str = field(default="", metadata={"variable": "uv_python_mirror", "secret": "login"})
    server: Server = "gunicorn"
    web_server: WebServer = "nginx"
    runtime: Runtime = "systemd"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    trusted_proxies: tuple[str, ...] = ()
    mount: Mount = ""
    site: Annotated[str, Meta(pattern=r"^([a-z][a-z0-9-]{0,30})?\Z", examples=["shop"])] = ""
    services: tuple[ServiceName, ...] = ()
    address: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.:-]*\Z", examples=["10.0.0.5"])] = ""
    firewall: Literal["ufw", "none"] = "ufw"
    env: Mapping[str, str | int | float | bool] = field(
        default_factory=dict, metadata={"secret": True, "plain": "env_plain"}
    )
    env_file: str | None = field(default=None, metadata={"secret": "file", "plain": "env_plain"})
    env_plain: tuple[Word, ...] = ()
    packages: tuple[PackageName, ...] | Mapping[Distribution, tuple[PackageName, ...]] = ()
    locales: tuple[LocaleName, ...] = ()
    build: tuple[Word, ...] = ()
    known: tuple[Word, ...] = ()
    command_prefix: tuple[Word, ...] = ()
    processes: Processes = field(default_factory=dict)
    health_path: Annotated[str, Meta(pattern=r"^/[!-~]*\Z", examples=["/healthz"])] = "/"
    health_host: (
        Annotated[str, Meta(pattern=r"^[A-Za-z0-9.:\[\]-]+\Z", examples=["shop.example.org"])] | None
    ) = None
    health_status: str = "200-399"
    visit_path: Annotated[str, Meta(pattern=r"^(/[!-~]*)?\Z", examples=["/"])] | None = None
    health_timeout_s: Annotated[float, Meta(ge=1, le=3600)] = 30
    watch_s: Seconds = 5
    drain_timeout_s: Seconds = 30
    keep_releases: Annotated[int, Meta(ge=1)] = 5
    cache_mb: Annotated[int, Meta(ge=0)] = 1024
    shared: tuple[str, ...] = ()
    static: Mapping[str, str] | None = None
    static_hidden: bool = False
    static_compress: bool = True
    static_immutable: tuple[UrlPath, ...] = ()
    keep_static: bool | Period = False
    underscored_headers: tuple[str, ...] = ()
    root: Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._-]+){2,}\Z", examples=["/srv/shop"])] | None = None
    user: Name | None = None
    groups: tuple[GroupName, ...] = ()
    adopt: bool | tuple[str, ...] = False
    fleet: Literal["two-phase", "independent"] = "two-phase"
    network: Literal["full", "none"] = "full"
    index_url: str = field(default="", metadata={"variable": "pip_index_url", "secret": "login"})
    extra_index_urls: tuple[str, ...] = field(
        default=(), metadata={"variable": "pip_extra_index_urls", "secret": "login"}
    )
    ca_bundle: str = field(default="", metadata={"variable": "pip_ca_bundle"})
    installer: Literal["uv", "pip"] = field(default="uv", metadata={"variable": "installer"})
    wheelhouse: bool = field(default=False, metadata={"variable": "wheelhouse"})

    def __post_init__(self) -> None:
        if is_reserved(self.name):
            raise ValueError(
                f"name: {self.name!r} is the name of a system account or service; choose another"
            )
        if is_reserved(self.account):
            raise ValueError(f"user: {self.account!r} is no user to run an app; leave app_user out")
        if ".." in self.directory.split("/"):
            raise ValueError(f"root: {self.root!r}; expected a path without .., such as /srv/{self.name}")
        if OF_THE_SYSTEM.match(self.directory):
            raise ValueError(
                f"root: {self.root!r} is a place of the system's; choose one such as /srv/{self.name}"
            )
        try:
            ranges(self.health_status)
        except ValueError:
            raise ValueError(
                f"health_status: {self.health_status!r}; expected such as 200-399 or 200,204"
            ) from None
        _check_env(self.env)
        self._require_trusted_places()
        self._require_proxies()
        self._require_place()
        self._require_headers()
        if self.web_server == "none" and self.port == SSH:
            raise ValueError(f"port: {SSH} is the port of SSH; choose another, such as 80")
        check_processes(self.processes)
        for path in self.shared:
            if posixpath.isabs(path) or ".." in path.split("/") or not path.strip("/."):
                raise ValueError(
                    f"shared: {path!r}; expected a path inside the app's source, such as uploads"
                )
        _check_nested(self.shared)

    def _require_trusted_places(self) -> None:
        """What is installed comes from where nobody else may put something."""
        _check_index("index_url", self.index_url)
        for url in self.extra_index_urls:
            _check_index("extra_index_urls", url)
        _check_index("python_mirror", self.python_mirror)
        if self.python_install and self.installer != "uv":
            raise ValueError("python_install: uv brings it; leave installer out")

    def _require_proxies(self) -> None:
        networks_of(self.trusted_proxies)
        if self.trusted_proxies and self.web_server != "none":
            name = self.web_server.rpartition(".")[2]
            raise ValueError(f"trusted_proxies: is for app_web_server=none; set {name}_trusted_proxies")

    def _require_place(self) -> None:
        """On the site of another app there is a place for this one."""
        if self.site == self.name:
            raise ValueError(f"site: {self.name} has a site of its own when app_site is left out")
        if self.site and not self.prefix:
            raise ValueError(f"site: where on the site of {self.site}? set app_mount, such as /{self.name}")
        if self.site and self.web_server == "none":
            raise ValueError("site: app_web_server=none has no sites; choose the web server of that site")

    @property
    def keeps_static_s(self) -> int:
        """For how many seconds files of earlier releases are served; 0 for not at all."""
        said = str(self.keep_static).lower()
        said = KEPT_STATIC if said == "true" else said
        return int(said[:-1]) * PERIODS_S[said[-1]] if said[0].isdecimal() else 0

    @property
    def prefix(self) -> str:
        """The path below which the app is, without a slash at its end; empty at the top."""
        return self.mount.rstrip("/")

    def at(self, path: str) -> str:
        """*path* of the app's own, as visitors ask for it; one that begins with the mount is that already."""
        return path if f"{path}/".startswith(f"{self.prefix}/") else self.prefix + path

    def _require_headers(self) -> None:
        require_names(self.underscored_headers)
        if self.underscored_headers and self.site:
            raise ValueError(
                f"underscored_headers: {self.site} has the site, and drops them; leave app_site out"
            )
        if self.underscored_headers and self.web_server == "none":
            raise ValueError(
                "underscored_headers: a web server hands them on; with app_web_server=none no app hears any"
            )

    @property
    def directory(self) -> str:
        """The app's directory on the host."""
        return self.root or f"/srv/{self.name}"

    @property
    def account(self) -> str:
        """The system user that runs the app; it owns no code."""
        return self.user or self.name

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """The symlinks in the code that lead to what is shared: path and target."""
        return tuple((path.strip("/"), f"{self.directory}/shared/{path.strip('/')}") for path in self.shared)


def _check_nested(shared: Iterable[str]) -> None:
    places = sorted(path.strip("/") + "/" for path in shared)
    for outer, inner in pairwise(places):
        if inner.startswith(outer) and inner != outer:
            raise ValueError(f"shared: {inner!r} is in {outer!r} already; leave it out")


def _check_index(name: str, url: str) -> None:
    """What an index gives is run on the hosts, so nobody on the way to it may put something else there."""
    address = urlsplit(url)
    if address.scheme == "http" and not _is_loopback(address.hostname or ""):
        raise ValueError(
            f"{name}: {address.hostname} is asked without encryption; expected https://…, as whoever is on the "
            "way could put other code there"
        )


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _check_env(env: Mapping[str, object]) -> None:
    for name, value in env.items():
        if not ENV_NAME.fullmatch(name) or name in LOADER:
            raise ValueError(f"env: {name!r} cannot be set; expected a name such as DATABASE_URL")
        if "\0" in str(value):
            raise ValueError(f"env: {name}: its value has a NUL character, which no environment can hold")
