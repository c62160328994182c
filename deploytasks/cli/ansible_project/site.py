"""What a site of nginx elsewhere says that one of ours has a variable for."""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath

from deploytasks.agent.regex import regex
from deploytasks.cli.ansible_project.finding import Finding, Found, Remark
from deploytasks.cli.ansible_project.services import Placed

DIRECTIVE = regex(
    r"^\s*(server_name|client_max_body_size|ssl_certificate|auth_basic)\s+([^;]+);", re.MULTILINE
)
LOCATION = regex(r"location\s+(?:[=~^*]+\s+)?(/[\w./-]*)\s*\{\s*(?:alias|root)\s+([^;]+);")
COMMENT = regex(r"^\s*#.*$", re.MULTILINE)


def of_site(placed: Placed, projects: tuple[str, ...]) -> Found:
    """The variables in the site *placed*, of an app whose source lay in one of *projects* on the host."""
    text = COMMENT.sub("", placed.text)
    said = {name: " ".join(value.split()) for name, value in reversed(DIRECTIVE.findall(text))}
    yield from _names(said.get("server_name", ""), placed)
    if "client_max_body_size" in said:
        yield Finding("nginx_client_max_body_size", said["client_max_body_size"].lower(), placed.where)
    if "ssl_certificate" in said:
        yield from _tls(said["ssl_certificate"], placed)
    if "auth_basic" in said:
        yield Remark('asks for a password: nginx_basic_auth={"NAME": "env:PASSWORD"}', placed.where)
    for prefix, directory in LOCATION.findall(text):
        yield from _static(prefix, directory.strip().strip("\"'"), placed, projects)


def _names(said: str, placed: Placed) -> Found:
    names = [name for name in said.split() if name not in {"_", "localhost"} and not name.startswith("~")]
    if names and not any("{{" in name or "$" in name for name in names):
        yield Finding("nginx_server_name", " ".join(names), placed.where)
    elif names:
        yield Remark(f"server_name {said} is not known here; write nginx_server_name", placed.where)


def _tls(certificate: str, placed: Placed) -> Found:
    if "letsencrypt" in certificate:
        yield Finding("nginx_tls", "acme", placed.where)
        return
    advice = 'nginx_tls="files", nginx_tls_certificate and nginx_tls_certificate_key, files on this machine'
    yield Remark(f"TLS with {certificate}: {advice}", placed.where)


def _static(prefix: str, directory: str, placed: Placed, projects: tuple[str, ...]) -> Found:
    below = below_project(directory, projects)
    if below:
        yield Finding("app_static", {prefix.rstrip("/") or "/": below}, placed.where)
    elif prefix not in {"/", "/static", "/static/"} and ".well-known" not in prefix:
        advice = (
            f'app_shared=["{PurePosixPath(directory).name}/"] and app_static={{"{prefix.rstrip("/")}": …}}'
        )
        yield Remark(f"{prefix} is served from {directory}; if the app writes there: {advice}", placed.where)


def below_project(path: str, projects: tuple[str, ...]) -> str:
    """*path* on a host as one of the source, which lay in one of *projects* there; empty if it did not."""
    for project in sorted(filter(None, projects), key=len, reverse=True):
        below = posixpath.relpath(path, project) if path.startswith("/") else ".."
        if below != "." and below.split("/")[0] != "..":
            return below
    return ""
