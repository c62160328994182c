"""The app itself: its user, its releases, its processes, and the switch from one release to the next."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks import resources
from deploytasks.agent.services.environment_file import encode_env
from deploytasks.errors import PlanError
from deploytasks.planning.deployment import Deployment, deployment_of, module_of
from deploytasks.planning.env_file import read_env_file
from deploytasks.planning.plan import Handler, Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app import dependencies, processes
from deploytasks.roles.app.settings import WEB_SERVERS, Vars
from deploytasks.roles.app.static import compress_static_files, keep_static_files

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
    yield from _contents(release, project, is_compressed=v.static_compress)
    if not deployment.runtime.brings_dependencies:
        yield from dependencies.install(host, v)
    yield from _environment(release, v, deployment)
    yield from _program(release, deployment)
    yield from processes.prepare(deployment)
    yield from processes.collect_static_files(deployment)
    yield from compress_static_files(host)
    yield from processes.run_release_command(deployment)
    yield _run_what_is_there(release)
    yield from deployment.start()
    yield from _ask(v, release, deployment)
    yield from keep_static_files(host)
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
    absent = [step.resource for step in deployment.web_server.withdraw(app)]
    sites = [
        path
        for site in absent
        if isinstance(site, resources.AbsentManaged)
        for path in (site.path, *site.others)
    ]
    files = (*sites, *(f"{directory}/{app.name}.conf" for directory in TMPFILES), f"{LOGROTATE}/{app.name}")
    front, server = deployment.front, deployment.name_of("web_server")
    # Of one that is none of ours it is not known what its program is called.
    is_known = server in WEB_SERVERS and not v.site
    site = (server, front.ports or (v.port,), front.names) if is_known else ()
    claim = resources.Claim(app.name, app.root, app.user, files, v.adopt, *site)
    return Step("claim the app's names", claim)


def _places(app: App, v: Vars, project: Project) -> Iterator[Step]:
    home = "/nonexistent" if v.user else app.root
    yield Step("make the app's user", resources.User(app.user, home=home, comment=app.account_comment))
    yield Step("make the app's directories", resources.Directories(tuple(_directories(app, v, project))))
    yield from _seeds(app, project)


def _directories(app: App, v: Vars, project: Project) -> Iterator[resources.Directory]:
    yield resources.Directory(app.root, OF_APP, group=app.user, keeps_mode=True)
    yield from map(resources.Directory, (app.releases, app.venvs, app.sockets))
    below = (f"{app.shared}/{path}" for path in _shared_directories(v, project))
    for path in (app.shared, *below):
        yield resources.Directory(path, OF_APP, app.user, app.user, keeps_mode=True)
    for path in (app.home, app.cache):
        yield resources.Directory(path, OF_APP_ALONE, app.user, app.user)


def _seeds(app: App, project: Project) -> Iterator[Step]:
    """What the source has where the app will find what is shared: put there once, and the app's from then on."""
    for path, digest in project.seeds:
        file = resources.FirstFile(f"{app.shared}/{path}", None, "0640", app.user, app.user, digest)
        yield Step(f"copy the source's {path} to the shared files", file)


def _contents(release: Release, project: Project, *, is_compressed: bool) -> Iterator[Step]:
    digest = project.source.manifest.digest
    places = resources.Directories(
        (resources.Directory(release.path), resources.Directory(f"{release.path}/bin"))
    )
    yield Step("make the release's directories", places, phase=Phase.PREPARE)
    yield Step(
        "list the release's files",
        resources.File(release.manifest, None, digest=digest),
        phase=Phase.PREPARE,
    )
    made = (".gz",) if is_compressed else ()
    tree = resources.Tree(release.code, release.manifest, digest, made)
    yield Step("lay out the code", tree, phase=Phase.PREPARE)


def environment_of(v: Vars) -> dict[str, str]:
    """What ``app_env_file`` and ``app_env`` say; the latter wins."""
    env = {name: _env_text(value) for name, value in v.env.items()}
    return {**read_env_file(Path(v.env_file)), **env} if v.env_file else env


def _environment(release: Release, v: Vars, deployment: Deployment) -> Iterator[Step]:
    """What the source says of the app holds for all that runs of it: web, workers, the release command, a shell."""
    project = deployment.project
    own = {"PYTHONUNBUFFERED": "1", **_home(deployment)}
    found = {**own, **project.environment, **_flask_app(project)}
    given = environment_of(v)
    env = {**found, **given, **_imports(deployment, given.get("PYTHONPATH", ""))}
    content = encode_env(env, (*v.env_plain, *(set(env) - set(given))))
    yield Step(
        "write the environment variables",
        resources.File(release.env, content, mode="0600"),
        phase=Phase.PREPARE,
        sensitive=True,
    )


def _imports(deployment: Deployment, given: str) -> dict[str, str]:
    """Where modules are found: where the inventory says it first, and then where the source has them."""
    found = ":".join(filter(None, (given, *deployment.imports)))
    return {"PYTHONPATH": found} if found else {}


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
        "program.sh.j2",
        prefix=shlex.join(prefix),
        command=shlex.join(words),
        place=deployment.place,
        own_programs=deployment.own_programs,
    )
    yield Step(
        "write the web program",
        resources.File(release.command("web"), text, mode="0755"),
        phase=Phase.PREPARE,
    )


def _run_what_is_there(release: Release) -> Step:
    app = release.app
    fresh = resources.FreshProcesses(app.name, app.root, app.user, release.name)
    return Step("restart processes with changed files", fresh, phase=Phase.START)


def _ask(v: Vars, release: Release, deployment: Deployment) -> Iterator[Step]:
    check = resources.HttpCheck(
        release.service_unit, release.socket, **_probe(v, deployment), timeout_s=v.health_timeout_s
    )
    yield Step("check that the new instance answers", check, phase=Phase.START)


def _lead_somewhere(app: App, release: Release) -> Step:
    """Before a first release serves: a site may take a name over that was answered by another until now."""
    link = resources.FirstSymlink(app.current_socket, posixpath.basename(release.socket))
    return Step("send traffic to a first release", link, phase=Phase.START)


def _switch(v: Vars, app: App, release: Release, deployment: Deployment) -> Iterator[Step]:
    others = release.process_unit("*", "*") if processes.besides_web(deployment) else ""
    visit, probe = _visit(v, deployment), _probe(v, deployment)
    watch = resources.Watch(
        release.service_unit, release.socket, v.watch_s, **probe, processes=others, visit=visit
    )
    way_in = [Handler("check that visitors reach the port", resources.WayIn(visit.port))] if visit else []
    notify = (*way_in, *([Handler(f"watch the new release for {v.watch_s:g} s", watch)] if v.watch_s else []))
    socket = posixpath.basename(release.socket)
    yield Step(
        "switch traffic to the new release",
        resources.Symlink(app.current_socket, socket),
        notify,
        Phase.SWITCH,
    )
    yield Step(
        "make the new release current",
        resources.Symlink(app.current, f"releases/{release.name}"),
        notify,
        Phase.SWITCH,
    )
    if visit:
        yield Step("check that visitors get the app", visit, phase=Phase.SWITCH)


def _point_at_boot(app: App, release: Release) -> Iterator[Step]:
    text = template("tmpfiles.conf.j2", app=app, release=release)
    yield Step(
        "point to the new release at boot",
        resources.File(f"{TMPFILES[0]}/{app.name}.conf", text),
        phase=Phase.CONFIRM,
    )


def _finish(app: App, v: Vars, release: Release) -> Iterator[Step]:
    of_app = (app.name, app.root, app.user, release.name)
    yield from _shut_others_out(app)
    yield Step("end the old instance", resources.OnlyInstance(*of_app, v.drain_timeout_s), phase=Phase.FINISH)
    yield Step("prune old releases", resources.Retention(*of_app, v.keep_releases), phase=Phase.FINISH)


def _shut_others_out(app: App) -> Iterator[Step]:
    """When all who serve of it are in the app's group; where a first version had deployed, they were not before."""
    shared = resources.Directory(app.shared, OF_APP, app.user, app.user)
    places = resources.Directories((shared, resources.Directory(app.root, OF_APP, group=app.user)))
    yield Step("close the app's directories to other users", places, phase=Phase.FINISH)


def _probe(v: Vars, deployment: Deployment) -> dict[str, Any]:
    front = deployment.front
    return {
        "path": v.at(v.health_path),
        "host": v.health_host or front.host,
        "status": v.health_status,
        "scheme": front.scheme,
        "protocol": deployment.protocol,
        "has_workers": deployment.has_workers,
    }


def _visit(v: Vars, deployment: Deployment) -> resources.Visit | None:
    """The app as visitors ask for it; nothing where this host itself is none that may."""
    front, server = deployment.front, deployment.name_of("web_server")
    if deployment.is_reached_directly and front.trusted:
        return None
    path = v.health_path if v.visit_path is None else v.visit_path
    path = v.at(path) if path else ""
    return resources.Visit(
        deployment.app.name,
        server,
        (front.ports or (v.port,))[-1],
        front.host if front.names else v.health_host or front.host,
        None if front.wants_certificates else path or None,
        v.health_status,
        front.secure,
        tells=front.tells and not front.wants_certificates,
        hears_proxies=front.hears_proxies,
        guarded=front.guarded,
        mount=v.prefix,
    )


def _shared_directories(v: Vars, project: Project) -> list[str]:
    """The directories below ``shared``, parents first; a file is made by the app, its directory for it."""
    wanted = {path.strip("/") if _is_directory(path) else posixpath.dirname(path) for path in v.shared}
    wanted |= {posixpath.dirname(path) for path, _ in project.seeds}
    parents = {
        "/".join(path.split("/")[:depth]) for path in wanted for depth in range(1, path.count("/") + 2)
    }
    return sorted(parents - {""})


def _is_directory(path: str) -> bool:
    return path.endswith("/") or not posixpath.splitext(path)[1]


def _env_text(value: str | float | bool) -> str:
    return value if isinstance(value, str) else str(value)
