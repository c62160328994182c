"""The app itself: its user, its releases, its processes, and the switch from one release to the next."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks.agent.services.environment_file import encode_env
from deploytasks.errors import PlanError
from deploytasks.planning.deployment import Deployment, deployment_of, module_of
from deploytasks.planning.env_file import read_env_file
from deploytasks.planning.plan import Handler, Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.resources import (
    Claim,
    Directory,
    File,
    FirstFile,
    FirstSymlink,
    FreshProcesses,
    HttpCheck,
    OnlyInstance,
    Retention,
    Symlink,
    Tree,
    User,
    Watch,
    Withdrawn,
)
from deploytasks.roles.app import dependencies, processes
from deploytasks.roles.app.settings import WEB_SERVERS, Vars

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App, Release
    from deploytasks.inventory import Host
    from deploytasks.planning.project import Project

TMPFILES = ("/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/lib/tmpfiles.d")
"""Those that count first first (tmpfiles.d(5))."""
OF_APP = "0750"
"""Who is neither root, nor the app, nor serves its files, sees nothing of it."""
OF_APP_ALONE = "0700"
LOGROTATE = "/etc/logrotate.d"

template = Templates(beside=__file__)


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """From nothing to the new release serving and the old one gone, in the order of the phases."""
    deployment = deployment_of(host)
    app, release, project = deployment.app, deployment.release, deployment.project
    if app.user == host.connection.user:
        raise PlanError(
            f"{host.name}: app_user {app.user} is the user that logs in; the app wants one of its own"
        )
    yield _claim(app, v, deployment)
    yield from _places(app, v, project)
    yield from deployment.define()
    yield from _contents(release, project)
    if not deployment.runtime.brings_dependencies:
        yield from dependencies.install(host, v)
    yield from _environment(release, v, deployment)
    yield from _program(release, deployment)
    yield from processes.prepare(deployment)
    yield from processes.collect_static_files(deployment)
    yield from processes.run_release_command(deployment)
    yield _run_what_is_there(release)
    yield from deployment.start()
    yield from _ask(v, release, deployment)
    yield _lead_somewhere(app, release)
    yield from _withdraw_others(deployment)
    yield from processes.hand_over(deployment)
    yield from _switch(v, app, release, deployment)
    yield from deployment.confirm()
    yield from processes.confirm(deployment)
    yield from _point_at_boot(app, release)
    yield from processes.finish(deployment)
    yield from _finish(app, v, release)


def _withdraw_others(deployment: Deployment) -> Iterator[Step]:
    """The other web servers have no site of the app, so that the chosen one can have their ports."""
    for name in WEB_SERVERS:
        if name != deployment.name_of("web_server"):
            steps = import_module(module_of(name)).withdraw(deployment.app)
            yield from (replace(step, phase=Phase.START).in_role(name) for step in steps)


def _claim(app: App, v: Vars, deployment: Deployment) -> Step:
    withdrawn = [step.resource for step in deployment.web_server.withdraw(app)]
    sites = [path for site in withdrawn if isinstance(site, Withdrawn) for path in (site.path, *site.others)]
    files = (*sites, *(f"{directory}/{app.name}.conf" for directory in TMPFILES), f"{LOGROTATE}/{app.name}")
    claim = Claim(app.name, app.root, app.user, files, v.adopt)
    return Step("claim what is called like it", claim)


def _places(app: App, v: Vars, project: Project) -> Iterator[Step]:
    home = "/nonexistent" if v.user else app.root
    yield Step("make the user", User(app.user, home=home, comment=app.account_comment))
    yield Step("make the app's directory", Directory(app.root, OF_APP, group=app.user, keeps_mode=True))
    yield Step("make the directory of releases", Directory(app.releases))
    yield Step("make the directory of environments", Directory(app.venvs))
    shared = Directory(app.shared, OF_APP, app.user, app.user, keeps_mode=True)
    yield Step("make the shared directory", shared)
    for path in _shared_directories(v):
        place = replace(shared, path=f"{app.shared}/{path}")
        yield Step(f"make the shared directory {path}", place)
    for name, path in (("home", app.home), ("cache", app.cache)):
        yield Step(f"make the app's {name}", Directory(path, OF_APP_ALONE, app.user, app.user))
    yield from _seeds(app, v, project)
    yield Step("make the directory of sockets", Directory(app.run))


def _seeds(app: App, v: Vars, project: Project) -> Iterator[Step]:
    """What the source has where the app will find what is shared: put there once, and the app's from then on."""
    directories = {posixpath.dirname(path) for path, _ in project.seeds}
    parents = {
        "/".join(path.split("/")[: depth + 1]) for path in directories for depth in range(path.count("/") + 1)
    }
    for path in sorted(parents - {"", *_shared_directories(v)}):
        place = Directory(f"{app.shared}/{path}", OF_APP, app.user, app.user, keeps_mode=True)
        yield Step(f"make the shared directory {path}", place)
    for path, digest in project.seeds:
        file = FirstFile(f"{app.shared}/{path}", None, "0640", app.user, app.user, digest)
        yield Step(f"begin the shared {path} with that of the source", file)


def _contents(release: Release, project: Project) -> Iterator[Step]:
    digest = project.source.manifest.digest
    yield Step("make the release", Directory(release.path), phase=Phase.PREPARE)
    yield Step("write the list of files", File(release.manifest, None, digest=digest), phase=Phase.PREPARE)
    yield Step("lay out the code", Tree(release.code, release.manifest, digest), phase=Phase.PREPARE)


def environment_of(v: Vars) -> dict[str, str]:
    """What ``app_env_file`` and ``app_env`` say; the latter wins."""
    env = {name: _env_text(value) for name, value in v.env.items()}
    return {**read_env_file(Path(v.env_file)), **env} if v.env_file else env


def _environment(release: Release, v: Vars, deployment: Deployment) -> Iterator[Step]:
    """What the source says of the app holds for all that runs of it: web, workers, the release command, a shell."""
    project = deployment.project
    own = {"PYTHONPATH": deployment.directory} if project.callable.directory != "." else {}
    found = {"PYTHONUNBUFFERED": "1", **_home(deployment), **own, **_flask_app(project)}
    content = encode_env({**found, **environment_of(v)})
    yield Step(
        "write the environment", File(release.env, content, mode="0600"), phase=Phase.PREPARE, sensitive=True
    )


def _home(deployment: Deployment) -> dict[str, str]:
    """Where the app's processes may write what outlives them; an image has a home of its own."""
    app = deployment.app
    if deployment.runtime.brings_dependencies:
        return {}
    return {"HOME": app.home, "STATE_DIRECTORY": app.home, "CACHE_DIRECTORY": app.cache}


def _flask_app(project: Project) -> dict[str, str]:
    """Where flask(1) finds the app, in the release command, a shell and whatever else is run beside it."""
    app = project.callable
    if app.framework != "flask":
        return {}
    module = app.module.replace(".", "/")
    path = str(app) if app.directory == "." else f"{app.directory}/{module}{str(app)[len(app.module) :]}"
    return {"FLASK_APP": path}


def _program(release: Release, deployment: Deployment) -> Iterator[Step]:
    prefix, words = deployment.v.command_prefix, deployment.command()
    text = template(
        "program.sh.j2", prefix=shlex.join(prefix), command=shlex.join(words), place=deployment.place
    )
    yield Step("make the directory of programs", Directory(f"{release.path}/bin"), phase=Phase.PREPARE)
    yield Step("write the web program", File(release.command("web"), text, mode="0755"), phase=Phase.PREPARE)


def _run_what_is_there(release: Release) -> Step:
    app = release.app
    fresh = FreshProcesses(app.name, app.root, app.user, release.name)
    return Step("run what is there", fresh, phase=Phase.START)


def _ask(v: Vars, release: Release, deployment: Deployment) -> Iterator[Step]:
    check = HttpCheck(
        release.service_unit, release.socket, **_probe(v, deployment), timeout_s=v.health_timeout_s
    )
    yield Step("ask the new instance", check, phase=Phase.START)


def _lead_somewhere(app: App, release: Release) -> Step:
    """Before a first release serves: a site may take a name over that was answered by another until now."""
    link = FirstSymlink(app.current_socket, posixpath.basename(release.socket))
    return Step("lead to it where none serves", link, phase=Phase.START)


def _switch(v: Vars, app: App, release: Release, deployment: Deployment) -> Iterator[Step]:
    others = release.process_unit("*", "*") if processes.besides_web(deployment) else ""
    watch = Watch(release.service_unit, release.socket, v.watch_s, **_probe(v, deployment), processes=others)
    notify = Handler(f"watch the new release for {v.watch_s:g} s", watch) if v.watch_s else ()
    socket = posixpath.basename(release.socket)
    yield Step("send traffic to it", Symlink(app.current_socket, socket), notify, Phase.SWITCH)
    yield Step("make it current", Symlink(app.current, f"releases/{release.name}"), notify, Phase.SWITCH)


def _point_at_boot(app: App, release: Release) -> Iterator[Step]:
    text = template("tmpfiles.conf.j2", app=app, release=release)
    yield Step("point to it at boot", File(f"{TMPFILES[0]}/{app.name}.conf", text), phase=Phase.CONFIRM)


def _finish(app: App, v: Vars, release: Release) -> Iterator[Step]:
    of_app = (app.name, app.root, app.user, release.name)
    yield from _shut_others_out(app)
    yield Step("end the old instance", OnlyInstance(*of_app, v.drain_timeout_s), phase=Phase.FINISH)
    yield Step("prune old releases", Retention(*of_app, v.keep_releases), phase=Phase.FINISH)


def _shut_others_out(app: App) -> Iterator[Step]:
    """When all who serve of it are in the app's group; where a first version had deployed, they were not before."""
    shared = Directory(app.shared, OF_APP, app.user, app.user)
    yield Step("shut others out of what is shared", shared, phase=Phase.FINISH)
    root = Directory(app.root, OF_APP, group=app.user)
    yield Step("shut others out of the app's directory", root, phase=Phase.FINISH)


def _probe(v: Vars, deployment: Deployment) -> dict[str, Any]:
    front = deployment.front
    return {
        "path": v.health_path,
        "host": v.health_host or front.host,
        "status": v.health_status,
        "scheme": front.scheme,
        "protocol": deployment.protocol,
        "has_workers": deployment.has_workers,
    }


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
