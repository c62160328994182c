"""The task that runs the app on this machine while it is being developed."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.cli import development_server
from deploytasks.errors import ConfigError, SourceError
from deploytasks.here import expanded
from deploytasks.planning.answered import answered
from deploytasks.planning.env_file import read_env_file
from deploytasks.planning.role import vars_of
from deploytasks.planning.standard import app_alone
from deploytasks.secrets import Secrets
from deploytasks.source import detect_callable, detect_static, find_requirements

if TYPE_CHECKING:
    from deploytasks.cli.chosen import Chosen
    from deploytasks.source import AppRef

LAST_PORT = 65535
LOOPBACK = "127.0.0.1"
PYTHONS = ("bin/python", "Scripts/python.exe")
"""Where a virtual environment has its own; on Windows the second."""
FRAMEWORKS = frozenset(
    {"flask", "django", "quart", "fastapi", "starlette", "litestar", "falcon", "cherrypy", "bottle"}
)
"""What the detection knows by a name that is also that of its module and of its package."""
WHAT_LACKS = """\
import importlib.util, sys
print(*[name for name in sys.argv[1:] if importlib.util.find_spec(name) is None])
"""
GRACE_S = 3.0


@frozen
class Site:
    """An app in the *source* directory, its *static* directories by URL prefix, and its *env*."""

    source: Path
    ref: AppRef
    static: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def directory(self) -> Path:
        """Where imports start, as they do on a host."""
        return self.source / self.ref.directory

    @property
    def manage(self) -> Path | None:
        """The program of a Django project."""
        places = (self.directory / "manage.py", self.source / "manage.py")
        return next((place for place in places if place.is_file()), None)

    @property
    def needs(self) -> tuple[str, ...]:
        """The packages that it cannot be run without."""
        framework = (self.ref.framework,) if self.ref.framework in FRAMEWORKS else ()
        return (*framework, "uvicorn") if self._by_uvicorn else framework

    def command(self, python: str, bind: str, port: int) -> tuple[str, ...]:
        """What runs it with reload and debugger."""
        if self.ref.framework == "flask" and self.ref.interface == "wsgi":
            return (python, "-m", "flask", "--app", str(self.ref), "run", "--debug", *_at(bind, port))
        if self.ref.framework == "django" and self.manage:
            return (
                python,
                str(self.manage),
                "runserver",
                f"[{bind}]:{port}" if ":" in bind else f"{bind}:{port}",
            )
        if self._by_uvicorn:
            factory = ("--factory",) if self.ref.factory else ()
            app = f"{self.ref.module}:{self.ref.name}"
            return (python, "-m", "uvicorn", app, *factory, "--reload", *_at(bind, port))
        static = (
            word for url, path in self.static.items() for word in ("--static", self._mapping(url, path))
        )
        server = development_server.__file__
        return (python, server, str(self.ref), "--bind", bind, "--port", str(port), *static)

    @property
    def _by_uvicorn(self) -> bool:
        return self.ref.interface == "asgi" and not (self.ref.framework == "django" and self.manage)

    def _mapping(self, url: str, path: str) -> str:
        return f"/{url.strip('/')}={self.source / path}"


def serve_app(chosen: Chosen, source: str, port: int, bind: str) -> int:
    """Run the app in *source* until it ends or Ctrl-C; returns 0, or raises what went wrong before it ran."""
    if not 1 <= port <= LAST_PORT:
        raise ConfigError(f"--port {port}: expected a number from 1 to {LAST_PORT}")
    _require_address(bind)
    site = site_of(chosen, source)
    python = interpreter_for(site.source, os.environ)
    _require(site, python)
    command = site.command(python, bind, port)
    place = f"[{bind}]" if ":" in bind else bind
    print(
        f"{site.ref} ({site.ref.framework}), found in {site.ref.found}: http://{place}:{port}/",
        file=sys.stderr,
    )
    print(shlex.join(command), file=sys.stderr, flush=True)
    code = run_until_stopped(command, site.directory, {**os.environ, "PYTHONUNBUFFERED": "1", **site.env})
    if code:
        raise ConfigError(f"it ended with {code}; what it said is above")
    return 0


def site_of(chosen: Chosen, source: str) -> Site:
    """The app in *source*; with ``--host``, as that host's variables describe it, in its environment.

    Without ``--host`` no inventory is read: what its hosts connect to is none of a developer's business.
    Raises ``ConfigError``.
    """
    if not chosen.host:
        return _site(source or ".")
    if len(chosen.hosts) != 1:
        names = ", ".join(host.name for host in chosen.hosts)
        raise ConfigError(
            f"--host {chosen.host}: the app is run as one host has it, and these were chosen: {names}"
        )
    (host,) = answered(chosen.hosts, app_alone, Secrets())
    v = vars_of(app_alone(host)[0], host)
    env = {
        **(read_env_file(Path(v.env_file)) if v.env_file else {}),
        **{name: str(v.env[name]) for name in v.env},
    }
    return _site(source or v.source, v.callable, v.requirements, v.static, env)


def _site(
    source: str,
    wanted: str | None = None,
    requirements: str | None = None,
    static: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
) -> Site:
    directory = expanded(source).resolve()
    if not directory.is_dir():
        raise SourceError(f"{source}: no such directory; name the app's with --source")
    installed = find_requirements(directory, requirements).names if wanted else ()
    ref = detect_callable(directory, wanted, installed)
    return Site(directory, ref, detect_static(directory, ref) if static is None else static, env or {})


def interpreter_for(source: Path, environ: Mapping[str, str]) -> str:
    """The Python of the virtual environment in *source*, else of the active one, else this one."""
    homes = [source / ".venv", source / "venv", *map(Path, filter(None, [environ.get("VIRTUAL_ENV")]))]
    found = (home / place for home in homes for place in PYTHONS)
    return next((str(python) for python in found if os.access(python, os.X_OK)), sys.executable)


def run_until_stopped(command: Sequence[str], directory: Path, env: Mapping[str, str]) -> int:
    """How *command* ended; when this process is told to stop, so is that one, before ``KeyboardInterrupt`` goes on."""
    with subprocess.Popen(command, cwd=directory, env=env) as server:
        try:
            return server.wait()
        except KeyboardInterrupt:
            _end(server)
            raise


def _end(server: subprocess.Popen[bytes]) -> None:
    """Ctrl-C has reached the server, too, where somebody pressed it; a signal to this process alone has not."""
    for tell in (None, server.terminate, server.kill):
        if tell:
            tell()
        try:
            server.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            continue
        return


def _at(bind: str, port: int) -> tuple[str, ...]:
    return ("--host", bind, "--port", str(port))


def _require_address(bind: str) -> None:
    try:
        reachable = not ip_address(bind).is_loopback
    except ValueError as error:
        raise ConfigError(
            f"--bind {bind}: expected an address of this machine, such as {LOOPBACK}"
        ) from error
    if reachable:
        warning = "whoever reaches this port can make the debugger run code"
        print(f"--bind {bind}: {warning}", file=sys.stderr)


def _require(site: Site, python: str) -> None:
    """Raise ``SourceError`` when *python* lacks what *site* needs."""
    argv = [python, "-c", WHAT_LACKS, *site.needs]
    try:
        done = subprocess.run(argv, cwd=site.directory, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        why = getattr(error, "stderr", "") or getattr(error, "strerror", "")
        raise SourceError(
            f"{python} does not run: {why.strip()}\nmake the environment anew, or remove it"
        ) from error
    lacking = done.stdout.split()
    if lacking:
        raise SourceError(
            f"{site.ref} ({site.ref.framework}) needs {' and '.join(lacking)}, which {python} does not have\n"
            f"install it there: {python} -m pip install {' '.join(lacking)}"
        )
