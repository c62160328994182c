"""Which page of an app to ask for before it gets traffic, where that is not its front page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from deploytasks.source.advice.proposal import Proposal
from deploytasks.source.app.routes import Routes, django_routes, routes_of
from deploytasks.source.code.own_code import own_code
from deploytasks.source.processes.dockerfile import NAME as DOCKERFILE
from deploytasks.source.processes.dockerfile import read_dockerfile

USUAL = ("/health", "/healthz", "/health/", "/healthz/", "/ping", "/up", "/up/", "/status", "/api/health")
OF_A_FRAMEWORK = {"fastapi": "/docs", "litestar": "/schema"}
ADMIN = "/admin/"
LOGIN = f"{ADMIN}login/"
"""Django's own page, which it shows to everybody."""


def health(root: Path, paths: Sequence[str], framework: str) -> Iterator[Proposal]:
    """A path that the source at *root* says, or that an app without a front page has."""
    said = read_dockerfile(root / DOCKERFILE).health_path
    if said and said.text != "/":
        yield Proposal(f"{DOCKERFILE}:{said.line} asks for its health there", f"app_health_path={said.text}")
        return
    routes = django_routes(root) if framework == "django" else routes_of(root, own_code(paths))
    found = _page_of(routes, framework)
    if routes.lacks_front_page and found:
        yield Proposal("no page is at /, which is asked for by default", f"app_health_path={found}")


def _page_of(routes: Routes, framework: str) -> str:
    usual = next((path for path in USUAL if path in routes.paths), "")
    by_default = LOGIN if ADMIN in routes.paths else OF_A_FRAMEWORK.get(framework, "")
    return usual or by_default
