"""A person's project: an app and an inventory in a directory, taken to a target by the real command line."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploytasks.targets import Target
from tests.inv import Ended, inv

RUN_TIMEOUT_S = 180
REQUEST_TIMEOUT_S = 30
ADDRESSES = "/etc/hosts"
VOLATILE = ("/proc/", "/sys/", "/run/", "/tmp/", "/var/tmp/", "/var/log/")

APP = '''
"""Says who it is: its version, its release, one dependency, its environment, how it is served."""

import json
import os
from importlib.metadata import version

VERSION = "@VERSION@"
ASKED = ("REMOTE_ADDR", "HTTP_HOST", "SERVER_PORT", "SCRIPT_NAME")
RELEASE = os.path.basename(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def app(environ, start_response):
    environ["wsgi.input"].read()
    answer = {
        "version": VERSION,
        "release": RELEASE,
        "dependency": version("itsdangerous"),
        "environment": dict(os.environ),
        "threads": environ["wsgi.multithread"],
        "scheme": environ.get("wsgi.url_scheme"),
        "asked": [environ.get(name, "") for name in ASKED],
        "heard": {name: value for name, value in environ.items() if name.startswith("HTTP_")},
    }
    body = json.dumps(answer).encode()
    # As frameworks do; wrk(1) takes an answer that ends with its connection for an error.
    length = ("Content-Length", str(len(body)))
    start_response("200 OK", [("Content-Type", "application/json"), length])
    return [body]
'''
QUICK = {"app_watch_s": 0, "app_health_timeout_s": 20, "gunicorn_workers": 1}


@dataclass(frozen=True)
class Run:
    """One command line, from its exit code to its last event."""

    exit_code: int
    events: tuple[dict[str, Any], ...]
    messages: str

    @property
    def recap(self) -> dict[str, Any]:
        assert self.events[-1]["event"] == "recap", self
        return self.events[-1]

    @property
    def host(self) -> dict[str, Any]:
        """The recap of the only host."""
        (host,) = self.recap["hosts"].values()
        return host

    @property
    def changed(self) -> list[str]:
        return [
            event["step"] for event in self.events if event.get("outcome") == "changed" and "step" in event
        ]

    @property
    def failure(self) -> dict[str, Any]:
        """The event of the step that failed."""
        (failure,) = [event for event in self.events if event.get("outcome") == "failed" and "step" in event]
        return failure


@dataclass(frozen=True)
class Answer:
    """What came back through nginx."""

    status: int
    body: bytes

    @property
    def says(self) -> dict[str, Any]:
        assert self.status == 200, self
        return json.loads(self.body)


@dataclass(frozen=True)
class Project:
    """The app *name* on *target*, which answers to the domain ``NAME.test``."""

    name: str
    directory: Path
    target: Target
    variables: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def make(cls, name: str, directory: Path, target: Target, **variables: Any) -> Project:
        """A project whose first version is ready to be deployed."""
        project = cls(name, directory, target)
        project.write("tasks.py", "from deploytasks.tasks import ns\n")
        project.write("inventory.ini", f"{target.entry}\n")
        project.code("one")
        project.depend_on("2.1.2")
        own = {"app_name": name, "app_source": str(directory / "app")}
        names = {f"{web_server}_server_name": f"{name}.test" for web_server in ("nginx", "apache", "caddy")}
        project.configure(**own, **names, **{**QUICK, **variables})
        return project

    def write(self, path: str, text: str) -> None:
        place = self.directory / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def code(self, version: str, more: str = "") -> None:
        """The app's source is of *version*, ending with the statements *more*."""
        self.write("app/app.py", APP.replace("@VERSION@", version) + more)

    def depend_on(self, version: str) -> None:
        """The app requires this version of its only dependency."""
        self.write("app/requirements.txt", f"itsdangerous=={version}\n")

    def configure(self, **variables: Any) -> None:
        """Set *variables* beside those that are set."""
        self.variables.update(variables)
        self.write("group_vars/all.json", json.dumps(self.variables))

    def configure_only(self, **variables: Any) -> None:
        """Set *variables* and no others."""
        self.variables.clear()
        self.configure(**variables)

    def inv(self, task: str, *flags: str) -> Run:
        """Type ``inv TASK --json`` in the project's directory."""
        done = self.typed(task, *flags)
        events = tuple(json.loads(line) for line in done.stdout.splitlines())
        return Run(done.returncode, events, done.stderr)

    def asked(self, task: str) -> Any:
        """What the only host answers to a task that prints one document."""
        return json.loads(self.typed(task).stdout)[self.target.name]

    def typed(self, task: str, *flags: str) -> Ended:
        words = (task, "--host", self.target.name, "--json", *flags)
        return inv(*words, cwd=self.directory, timeout_s=RUN_TIMEOUT_S)

    def deploy(self, *flags: str) -> Run:
        """A deploy that has to go well."""
        run = self.inv("deploy", *flags)
        assert run.exit_code == 0, run.messages + str(run.events[-1:])
        return run

    def request(self, body: bytes | None = None, timeout_s: float = REQUEST_TIMEOUT_S) -> Answer:
        """Ask for ``/`` through nginx on the target's published port; raises ``OSError`` when nobody answers."""
        connection = http.client.HTTPConnection(self.target.host, self.target.http_port, timeout=timeout_s)
        try:
            method = "GET" if body is None else "POST"
            connection.request(method, "/", body, {"Host": f"{self.name}.test"})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        finally:
            connection.close()

    @property
    def says(self) -> dict[str, Any]:
        """What the app says now."""
        return self.request().says

    @property
    def root(self) -> str:
        return f"/srv/{self.name}"

    @property
    def releases(self) -> list[str]:
        """The releases that lie on the target, oldest first; several may be of one second."""
        return self.target.run(["ls", "-tr", f"{self.root}/releases"]).stdout.split()

    @property
    def current(self) -> str:
        return self.target.run(["readlink", f"{self.root}/current"]).stdout.strip().rpartition("/")[2]


def files(target: Target, *roots: str) -> Mapping[str, str]:
    """Every file and link below *roots*, with its digest or where it points; not what Docker writes at each start."""
    script = (
        'find "$@" -type f -exec sha256sum {} + | sed "s/^\\([^ ]*\\)  \\(.*\\)/\\2\\t\\1/"; '
        'find "$@" -type l -printf "%p\\t%l\\n"'
    )
    listing = target.run(["sh", "-c", script, "sh", *roots]).stdout
    found = dict(line.split("\t", 1) for line in listing.splitlines())
    return {path: content for path, content in found.items() if path != ADDRESSES}


def entries(target: Target, *roots: str) -> Mapping[str, str]:
    """All that lies below *roots* on one file system; whatever was done to it since shows in its ctime."""
    argv = ["find", *roots, "-xdev", "-printf", r"%p\t%i %y %m %U:%G %s %C@ %l\n"]
    found = dict(line.split("\t", 1) for line in target.run(argv).stdout.splitlines())
    return {path: facts for path, facts in found.items() if not f"{path}/".startswith(VOLATILE)}


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[Any, Any]]:
    """What is not the same: name to before and after."""
    names = sorted({*before, *after})
    return {
        name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    }


def ssh_commands(target: Target) -> int:
    """How many commands sshd has started, by its own log; the target's sshd has ``LogLevel VERBOSE``."""
    target.run(["journalctl", "--sync"])
    log = target.run(["journalctl", "--unit=ssh", "--output=cat", "--no-pager"]).stdout
    return log.count("Starting session: command")
