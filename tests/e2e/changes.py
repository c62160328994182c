"""``docs/changes.md``: what each change of a setting costs visitors. ``python -m tests.e2e.changes`` measures it.

One setting after the other is changed under load, each by a deploy, and the change is kept.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path
from typing import Any

from deploytasks.targets import down
from tests.e2e.cell import load_on
from tests.e2e.converged import up_converged
from tests.e2e.project import Project

PAGE = Path(__file__).parents[2] / "docs" / "changes.md"
NAME = "changes"
PAUSE_S = 0.02
BAD = 400
NO_KEPT_CONNECTION = ("-H", "Connection: close")
HEAD = """\
# What a change costs visitors

Written by `make test-changes`: on a Debian 12 host, with everything else on the same two cores, one setting after
the other is changed by a deploy while {clients} clients ask all the time, half of them on connections that they keep
and half on a new one for each request. Lost is a request without an answer, or with one of 4xx or 5xx; of the kept
connections each that was closed counts, also one on which nobody asked. Clients think for up to 300 ms, as wrk runs
beside all of it; the host was busy with other things. Beside them somebody asks again and again, one request after
the other: the longest time from one answer to the next is that in which nobody got any.

| changed | lost, kept connections | lost, new connections | longest without an answer | the deploy took |
|---|---|---|---|---|
"""
TAIL = """
A new release takes over by the renaming of a link, which loses nothing. What changes the web server's own
configuration makes it reload: nginx and Apache then close kept connections on which nobody asks at that moment, as
HTTP allows (RFC 9112, 9.3.1); who sends a request right then gets no answer, and browsers ask again by themselves.
Where a port changes hands, as from one web server to another, nobody listens for a second, or some on a host that is
as busy as this one. Where the protocol between web server and app changes, as from uWSGI to another server, a few
requests come to the old instance in words that it does not know, and wait until it gives up. With another `app_user`
the files are that one's before the new instance serves, so that the old one can read none until then: change it when
few people come. All of this happens when the setting is changed, and never again.
"""


@dataclass(frozen=True)
class Change:
    """*variables* of the inventory, or the *files* of the source, that become others."""

    what: str
    variables: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


CHANGES = (
    Change("code", files={"app/app.py": ""}),
    Change("dependencies", files={"app/requirements.txt": "itsdangerous==2.2.0\n"}),
    Change("`app_env`", {"app_env": {"GREETING": "hello"}}),
    Change("`gunicorn_workers`", {"gunicorn_workers": 3}),
    Change("a process more in `app_processes`", {"app_processes": {"worker": "exec sleep infinity"}}),
    Change("… and none again", {"app_processes": {}}),
    Change("`app_static`", {"app_static": {"/static": "static"}}, {"app/static/a.css": "body {}\n"}),
    Change("`nginx_client_max_body_size`", {"nginx_client_max_body_size": "20m"}),
    Change("a name more in `nginx_server_name`", {"nginx_server_name": f"{NAME}.test www.{NAME}.test"}),
    Change("`nginx_tls` from `off` to `self-signed`", {"nginx_tls": "self-signed", "nginx_redirect": False}),
    Change("… and back", {"nginx_tls": "off", "nginx_redirect": True}),
    Change("`ufw_allow`", {"ufw_allow": [80, 8443]}),
    Change("`app_user`", {"app_user": "keeper"}),
    Change("`app_server` from gunicorn to uWSGI", {"app_server": "uwsgi"}),
    Change("… to waitress", {"app_server": "waitress"}),
    Change("`app_runtime` from systemd to Supervisor", {"app_runtime": "supervisor"}),
    Change("… and back", {"app_runtime": "systemd"}),
    Change("`app_web_server` from nginx to Caddy", {"app_web_server": "caddy"}),
    Change("… to Apache", {"app_web_server": "apache"}),
    Change("… to none, at the same port", {"app_web_server": "none"}),
    Change("… to nginx", {"app_web_server": "nginx"}),
)


@dataclass(frozen=True)
class Cost:
    """What one change cost: requests without an answer of all that were made, by the kind of connection."""

    what: str
    kept: tuple[int, int]
    new: tuple[int, int]
    silence_s: float
    elapsed_s: float

    def __str__(self) -> str:
        kept, new = (
            f"{lost} of {made:,}".replace(",", " ") if lost < made else "all meanwhile"
            for lost, made in (self.kept, self.new)
        )
        return f"| {self.what} | {kept} | {new} | {self.silence_s:.2f} s | {self.elapsed_s:.1f} s |"


@contextmanager
def answers_to(project: Project) -> Iterator[list[float]]:
    """The moments (monotonic, s) of answers to somebody who asks again and again."""
    moments: list[float] = []
    over = threading.Event()

    def ask() -> None:
        while not over.wait(PAUSE_S):
            with suppress(OSError, HTTPException):
                if project.request(timeout_s=5).status < BAD:
                    moments.append(time.monotonic())

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield moments
    finally:
        over.set()
        thread.join()


def longest(moments: list[float]) -> float:
    """The longest time from one to the next."""
    return max((later - earlier for earlier, later in pairwise(moments)), default=0)


def measured(project: Project) -> Iterator[Cost]:
    """What each change costs, in their order; the web servers and servers have been on the host before."""
    for change in CHANGES:
        for path, text in change.files.items():
            before = (project.directory / path).read_text() if (project.directory / path).exists() else ""
            project.write(path, text or f"{before}\n# another edition\n")
        project.configure(**change.variables)
        host = f"{project.name}.test"
        with (
            load_on(project.target, host) as kept,
            load_on(project.target, host, *NO_KEPT_CONNECTION) as new,
            answers_to(project) as moments,
        ):
            run = project.deploy()
        lost = ((load["lost"], load["requests"]) for load in (kept, new))
        yield Cost(change.what, *lost, longest(moments), run.recap["elapsed_s"])


def furnished(project: Project) -> Project:
    """*project*, deployed with each part once, so that no change has to install packages, and as it is at first."""
    parts = ({"app_web_server": name} for name in ("caddy", "apache", "nginx"))
    for variables in (*parts, {"app_server": "uwsgi"}, {"app_runtime": "supervisor"}):
        project.deploy(*(word for item in variables.items() for word in ("--extra-vars", "=".join(item))))
    project.deploy()
    return project


def main() -> None:
    """Measure on a target of its own, and write the page."""
    from tests.e2e.cell import CLIENTS

    with tempfile.TemporaryDirectory() as directory:
        state = Path(directory, "targets")
        target = up_converged(NAME, "debian12", state)
        try:
            project = Project.make(NAME, Path(directory), target, app_port=80, ufw_allow=[80])
            lines = []
            for cost in measured(furnished(project)):
                print(cost, flush=True)
                lines.append(f"{cost}\n")
        finally:
            down(NAME, state=state)
    PAGE.write_text(HEAD.format(clients=2 * CLIENTS) + "".join(lines) + TAIL)
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
