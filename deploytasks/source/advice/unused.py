"""Files by which a project is deployed elsewhere, and what has them used here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deploytasks.source.processes.compose_services import COMPOSE_FILES
from deploytasks.source.requirements.lockfile import DECLARED, LOCKS
from deploytasks.source.text_file import text_in

OF_A_RUNTIME = {"docker": ("Dockerfile",), "compose": ("Dockerfile", *COMPOSE_FILES)}
"""What each runtime that starts images reads."""
OF_A_SERVER = {"gunicorn": ("gunicorn.conf.py",)}
"""What each server reads by itself."""
OF_PLATFORMS = (
    *("fly.toml", "render.yaml", "heroku.yml", "app.yaml", "railway.json", "railway.toml", "nixpacks.toml"),
    *("vercel.json", "now.json", "serverless.yml", "zappa_settings.json"),
)
CALLED_OTHERWISE = ("gunicorn_config.py", "gunicorn_conf.py", "gunicorn-cfg.py", "gunicorn-conf.py")
"""Files of settings that gunicorn reads where it is told to."""
INSTEAD = {
    "Dockerfile": "app_runtime=docker builds it",
    **dict.fromkeys(COMPOSE_FILES, "app_runtime=compose reads it"),
    "gunicorn.conf.py": "app_server=gunicorn reads it",
    "uwsgi.ini": "name it in the Procfile: web: uwsgi --ini uwsgi.ini",
    "nginx.conf": "the site is made of nginx_... variables; nginx_snippet takes directives as they are",
    "supervisord.conf": "name its programs in the Procfile, or in app_processes",
    "supervisor.conf": "name its programs in the Procfile, or in app_processes",
    "app.json": "its variables belong into app_env",
    "environment.yml": "conda is not used; app_requirements=environment.yml takes what is below its pip:",
    **dict.fromkeys(OF_PLATFORMS, "its settings are app_... variables here"),
    **dict.fromkeys(CALLED_OTHERWISE, "gunicorn_config_file names it"),
    "Caddyfile": "the site is made of caddy_... variables",
    "pdm.lock": "pdm export --prod -o requirements.txt writes what is installed from",
    **{name: f"app_requirements={name} installs from it" for name in LOCKS},
}
"""By name: what has the file used, or what is written in its place."""
OF_REQUIREMENTS = (*LOCKS, *DECLARED)
"""Of these one is used, and a person who names it has chosen among them."""


def unused_files(
    directory: Path, used: frozenset[str], partly: frozenset[str] = frozenset()
) -> Iterator[str]:
    """What to do about each known file in *directory*, beginning with its name, that is not among those *used*.

    Of those that are used *partly*, it is the line that starts web.
    """
    for name, instead in INSTEAD.items():
        if name not in used and (directory / name).is_file():
            yield f"{name}{', but for what starts web' if name in partly else ''} ({instead})"


def read_aptfile(directory: Path) -> tuple[str, ...]:
    """The packages that an ``Aptfile`` names, a line each; lines of options and addresses of packages are left out."""
    path = directory / "Aptfile"
    lines = text_in(path, "replace").splitlines() if path.is_file() else []
    words = (line.partition("#")[0].strip() for line in lines)
    return tuple(word for word in words if word and ":" not in word and "/" not in word)
