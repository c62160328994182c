"""The app itself: its user, its releases, its processes, and the switch from one release to the next."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta

from deploytasks.agent.envfile import encode_env
from deploytasks.agent.probe import ranges
from deploytasks.env_file import read_env_file
from deploytasks.errors import PlanError, VariableError
from deploytasks.plan import Handler, Phase, Step
from deploytasks.resources import (
    Directory,
    File,
    HttpCheck,
    Instance,
    OnlyInstance,
    Package,
    PythonVenv,
    Retention,
    Service,
    Symlink,
    Tree,
    Unit,
    User,
    Uv,
    Watch,
)
from deploytasks.role import vars_of
from deploytasks.template import Templates

if TYPE_CHECKING:
    from deploytasks.agent.app import App, Release
    from deploytasks.agent.facts import Facts
    from deploytasks.inventory import Host
    from deploytasks.project import Project

template = Templates(beside=__file__)

UV = "0.13.8"
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
WITH_DISTUTILS = (3, 11)
"""Before, Debian and Ubuntu had distutils, which uv asks for, in a package of its own."""

Seconds = Annotated[float, Meta(ge=0, le=3600)]
RESERVED = frozenset({"root", "nginx", "ufw", "ssh", "sshd", "systemd", "gunicorn", "daemon", "deploytasks"})
ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LOADER = frozenset({"LD_PRELOAD", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME"})


@dataclass(frozen=True)
class Vars:
    """``app_NAME`` in the inventory; see README.md."""

    name: Name
    source: str = "."
    callable: str | None = None
    requirements: str | None = None
    python: str = "python3"
    server: Literal["gunicorn"] = "gunicorn"
    web_server: Literal["nginx", "none"] = "nginx"
    runtime: Literal["systemd"] = "systemd"
    firewall: Literal["ufw", "none"] = "ufw"
    env: Mapping[str, str | int | float | bool] = field(default_factory=dict, metadata={"secret": True})
    env_file: str | None = field(default=None, metadata={"secret": "file"})
    health_path: Annotated[str, Meta(pattern=r"^/[!-~]*$")] = "/"
    health_status: str = "200-399"
    health_timeout_s: Annotated[float, Meta(ge=1, le=3600)] = 30
    watch_s: Seconds = 5
    drain_timeout_s: Seconds = 30
    keep_releases: Annotated[int, Meta(ge=1)] = 5
    shared: tuple[str, ...] = ()
    static: Mapping[str, str] | None = None
    root: Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._-]+){2,}$")] | None = None
    user: Name | None = None
    network: Literal["full", "none"] = "full"
    index_url: str = field(default="", metadata={"variable": "pip_index_url", "secret": "login"})
    ca_bundle: str = field(default="", metadata={"variable": "pip_ca_bundle"})
    installer: Literal["uv", "pip"] = field(default="uv", metadata={"variable": "installer"})

    def __post_init__(self) -> None:
        if self.name in RESERVED:
            raise ValueError(
                f"name: {self.name!r} is the name of a system account or service; choose another"
            )
        if self.account in RESERVED:
            raise ValueError(f"user: {self.account!r} is no user to run an app; leave app_user out")
        try:
            ranges(self.health_status)
        except ValueError:
            raise ValueError(
                f"health_status: {self.health_status!r}; expected such as 200-399 or 200,204"
            ) from None
        for name in self.env:
            if not ENV_NAME.fullmatch(name) or name in LOADER:
                raise ValueError(f"env: {name!r} cannot be set; expected a name such as DATABASE_URL")
        for path in self.shared:
            if posixpath.isabs(path) or ".." in path.split("/") or not path.strip("/."):
                raise ValueError(
                    f"shared: {path!r}; expected a path inside the app's source, such as uploads"
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


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """From nothing to the new release serving and the old one gone, in the order of the phases."""
    app, release, project, facts = _known(host)
    if app.user == host.connection.user:
        raise PlanError(
            f"{host.name}: app_user {app.user} is the user that logs in; the app wants one of its own"
        )
    yield from _places(app, v)
    yield from _units(app, v)
    yield from _installer(app, v, facts)
    yield from _contents(release, project)
    yield from _dependencies(host, v, release, project)
    yield from _environment(release, v)
    yield from _program(host, v, release)
    yield from _start(host, v, release)
    yield from _switch(host, v, app, release)
    yield from _confirm(app, release)
    yield from _finish(app, v, release)


def _known(host: Host) -> tuple[App, Release, Project, Facts]:
    if not (host.app and host.release and host.project and host.facts):
        raise PlanError(f"{host.name}: the role app needs a host made ready; use plan_for or apply")
    return host.app, host.release, host.project, host.facts


def _places(app: App, v: Vars) -> Iterator[Step]:
    home = "/nonexistent" if v.user else app.root
    yield Step("make the user", User(app.user, home=home))
    yield Step("make the app's directory", Directory(app.root))
    yield Step("make the directory of releases", Directory(app.releases))
    yield Step("make the directory of environments", Directory(app.venvs))
    yield Step("make the shared directory", Directory(app.shared, owner=app.user, group=app.user))
    for path in _shared_directories(v):
        place = Directory(f"{app.shared}/{path}", owner=app.user, group=app.user)
        yield Step(f"make the shared directory {path}", place)
    yield Step("make the directory of sockets", Directory(app.run))


def _units(app: App, v: Vars) -> Iterator[Step]:
    yield Step("define the socket unit", Unit(f"{app.name}@.socket", template("app.socket.j2", app=app)))
    yield Step(
        "define the service unit", Unit(f"{app.name}@.service", template("app.service.j2", app=app, v=v))
    )


def _installer(app: App, v: Vars, facts: Facts) -> Iterator[Step]:
    if v.ca_bundle:
        yield Step(
            "bring the certificate authorities", File(_authorities(app, v), _read_authorities(v.ca_bundle))
        )
    if v.installer == "uv":
        if facts.python_version < WITH_DISTUTILS:
            yield Step("install distutils", Package("python3-distutils"))
        yield Step("install uv", Uv(UV, index_url=v.index_url, ca_bundle=_authorities(app, v)))
    else:
        yield Step("install venv", Package("python3-venv"))


def _authorities(app: App, v: Vars) -> str:
    """Where the host has what ``pip_ca_bundle`` names here."""
    return f"{app.root}/ca-bundle.pem" if v.ca_bundle else ""


def _read_authorities(path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VariableError(
            f"pip_ca_bundle: {path}: {getattr(error, 'strerror', None) or 'not PEM text'}"
        ) from error


def _contents(release: Release, project: Project) -> Iterator[Step]:
    digest = project.source.manifest.digest
    yield Step("make the release", Directory(release.path), phase=Phase.PREPARE)
    yield Step("write the list of files", File(release.manifest, None, digest=digest), phase=Phase.PREPARE)
    yield Step("lay out the code", Tree(release.code, release.manifest, digest), phase=Phase.PREPARE)


def _dependencies(host: Host, v: Vars, release: Release, project: Project) -> Iterator[Step]:
    venv = _venv(host, v, project)
    yield Step("install the dependencies", venv, phase=Phase.PREPARE)
    yield Step(
        "choose the environment",
        Symlink(release.venv, f"../../venvs/{posixpath.basename(venv.path)}"),
        phase=Phase.PREPARE,
    )


def _venv(host: Host, v: Vars, project: Project) -> PythonVenv:
    """The environment at a path that names its content and the Python and platform that it is built for."""
    app, _, _, facts = _known(host)
    wanted = project.requirements
    server = _server(v)
    extra = tuple(name for name in server.packages(vars_of(server, host)) if _bare(name) not in wanted.names)
    first = sorted(wanted.files.items(), key=lambda file: file[0] != wanted.install)
    venv = PythonVenv(
        path=app.venvs,
        requirements=tuple(first),
        python=v.python,
        form=wanted.kind if wanted.kind in ("uv", "pylock") else "requirements",
        extra=extra,
        installer=v.installer,
        uv=Uv(UV).path if v.installer == "uv" else "",
        index_url=v.index_url,
        ca_bundle=_authorities(app, v),
        hash_checked=wanted.hash_checked,
    )
    key = hashlib.sha256(f"{venv.digest} {facts.python_platform}".encode()).hexdigest()[:16]
    return replace(venv, path=f"{app.venvs}/{key}", key=key)


def _environment(release: Release, v: Vars) -> Iterator[Step]:
    env = {name: _env_text(value) for name, value in v.env.items()}
    if v.env_file:
        env = {**read_env_file(Path(v.env_file)), **env}
    content = encode_env({"PYTHONUNBUFFERED": "1", **env})
    yield Step(
        "write the environment", File(release.env, content, mode="0600"), phase=Phase.PREPARE, sensitive=True
    )


def _program(host: Host, v: Vars, release: Release) -> Iterator[Step]:
    server = _server(v)
    command = server.command(host, vars_of(server, host))
    text = template("program.sh.j2", command=command)
    yield Step("make the directory of programs", Directory(f"{release.path}/bin"), phase=Phase.PREPARE)
    yield Step("write the web program", File(release.command("web"), text, mode="0755"), phase=Phase.PREPARE)


def _start(host: Host, v: Vars, release: Release) -> Iterator[Step]:
    instance = Instance(release.service_unit, release.socket_unit, release.socket, v.health_timeout_s)
    yield Step("start the new instance", instance, phase=Phase.START)
    check = HttpCheck(release.service_unit, release.socket, **_probe(host, v), timeout_s=v.health_timeout_s)
    yield Step("ask the new instance", check, phase=Phase.START)


def _switch(host: Host, v: Vars, app: App, release: Release) -> Iterator[Step]:
    watch = Watch(release.service_unit, release.socket, v.watch_s, **_probe(host, v))
    notify = Handler(f"watch the new release for {v.watch_s:g} s", watch) if v.watch_s else ()
    yield Step(
        "send traffic to it",
        Symlink(app.current_socket, posixpath.basename(release.socket)),
        notify,
        Phase.SWITCH,
    )
    yield Step("make it current", Symlink(app.current, f"releases/{release.name}"), notify, Phase.SWITCH)


def _confirm(app: App, release: Release) -> Iterator[Step]:
    for unit in (release.socket_unit, release.service_unit):
        yield Step(
            f"start {unit.rpartition('.')[2]} at boot", Service(unit, running=None), phase=Phase.CONFIRM
        )
    text = template("tmpfiles.conf.j2", app=app, release=release)
    yield Step("point to it at boot", File(f"/etc/tmpfiles.d/{app.name}.conf", text), phase=Phase.CONFIRM)


def _finish(app: App, v: Vars, release: Release) -> Iterator[Step]:
    of_app = (app.name, app.root, app.user, release.name)
    yield Step("end the old instance", OnlyInstance(*of_app, v.drain_timeout_s), phase=Phase.FINISH)
    yield Step("prune old releases", Retention(*of_app, v.keep_releases), phase=Phase.FINISH)


def _probe(host: Host, v: Vars) -> dict[str, str]:
    name = str(host.variables.get("nginx_server_name", "_")).replace(",", " ").split()[0].removeprefix("*.")
    secure = host.variables.get("nginx_tls", "off") != "off"
    return {
        "path": v.health_path,
        "host": "localhost" if name == "_" else name,
        "status": v.health_status,
        "scheme": "https" if secure else "http",
    }


def _server(v: Vars) -> Any:
    """The role of the app server: it says its command line, and what has to be installed for it."""
    return import_module(f"deploytasks.roles.{v.server}")


def _bare(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower().replace("_", "-")


def _shared_directories(v: Vars) -> list[str]:
    """The directories below ``shared``, parents first; a file is made by the app, its directory for it."""
    wanted = {path.strip("/") if _is_directory(path) else posixpath.dirname(path) for path in v.shared}
    parents = {
        "/".join(path.split("/")[:depth]) for path in wanted for depth in range(1, path.count("/") + 2)
    }
    return sorted(parents - {""})


def _is_directory(path: str) -> bool:
    return path.endswith("/") or not posixpath.splitext(path)[1]


def _env_text(value: str | float | bool) -> str:
    return value if isinstance(value, str) else str(value)
