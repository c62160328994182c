"""Every server behind every web server in every runtime: ``make test-matrix``; some of them are always tested.

``MATRIX=all`` takes all cells, ``MATRIX=uwsgi-nginx-systemd,apache-docker`` the named ones: a cell, or all with that
web server and runtime.
"""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

import pytest

from tests.e2e.cell import Cell, all_cells, live_through
from tests.e2e.converged import up_converged
from tests.e2e.engine import bring_engine, bring_python
from tests.e2e.project import Project
from tests.e2e.visitors import wanted

ROWS = Path(__file__).parents[2] / ".cache" / "matrix"
ALWAYS = (
    "uwsgi-nginx-systemd",
    "fastcgi-nginx-systemd",
    "hypercorn-none-systemd",
    "mod_wsgi-apache-systemd",
    "cheroot-apache-systemd",
    "cgi-caddy-systemd",
    "twisted-caddy-systemd",
    "uvicorn-nginx-supervisor",
    "waitress-apache-supervisor",
    "gevent-nginx-docker",
)
"""Each server, web server and runtime at least once, but for gunicorn and compose, of which whole files tell."""
OF_KIND = {"nginx": "docker", "none": "nginx"}
"""The kind of a web server's converged target, where it is not called after it: the first has nginx and an engine, the
second an nginx without a site, which does not run.
"""
WANTED = os.environ.get("MATRIX", ",".join(ALWAYS))
SWAPS = int(os.environ.get("SWAPS", "10" if WANTED == "all" else "2"))


def chosen() -> list[Cell]:
    possible = [cell for cell in all_cells() if not cell.why_not]
    if WANTED == "all":
        return possible
    return [cell for cell in possible if {str(cell), cell.group} & set(WANTED.split(","))]


@pytest.mark.parametrize("cell", chosen(), ids=str)
def test_cell(cell, target_state, tmp_path):
    started = time.monotonic()
    project = Project.make(*home_of(cell, target_state, tmp_path), **cell.variables)
    try:
        row = live_through(cell, project, SWAPS)
    finally:
        leave(project)
    row.seconds = round(time.monotonic() - started, 1)
    row.keep(cell, ROWS)
    assert (row.first, row.second_changed) == (200, 0)
    assert row.believed == []
    assert row.visitors == wanted(project, is_seen=cell.web_server != "none")
    assert row.changed_code
    assert row.rolled_back
    assert row.requests > 0
    assert row.lost == 0 or cell.why_lost


def home_of(cell, target_state, tmp_path):
    """A target per web server, which wants its ports for itself; an app's name of its own."""
    target = target_of(cell.web_server, target_state)
    if cell.has_containers:
        bring_engine(target)
        bring_python(target)
    return f"m{secrets.token_hex(3)}", tmp_path, target


def target_of(web_server, state):
    return up_converged(f"matrix-{web_server}", "debian12", state, OF_KIND.get(web_server, web_server))


def leave(project):
    """Nothing of the app takes a port, a name or the processor from the next cell."""
    name = project.name
    units = f"'{name}-front.socket' '{name}-front.service' '{name}@*.socket' '{name}@*.service'"
    project.target.run(["sh", "-c", f"systemctl stop {units}"], check=False)
