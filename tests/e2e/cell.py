"""One cell of the matrix: a server behind a web server in a runtime, taken through a release's whole life."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

from deploytasks.roles.app.settings import RUNTIMES, SERVERS, WEB_SERVERS
from deploytasks.targets import Target
from tests.e2e.asking import DISGUISED, ask, says
from tests.e2e.engine import PYTHON
from tests.e2e.project import Project
from tests.e2e.visitors import TRUSTED, visitors

NO_BRIDGE = "the bridge from the instance's socket to Apache is the host's systemd-socket-proxyd"
REASONS: dict[tuple[str, str, str], str] = {
    ("mod_wsgi", "*", "docker"): NO_BRIDGE,
    ("mod_wsgi", "*", "compose"): NO_BRIDGE,
}
"""Why a cell cannot be, where that does not follow from the protocols; ``*`` stands for any."""
LOSSES: dict[tuple[str, str, str], str] = {}
"""Why requests may be lost at a switch in some cells: the test lets them."""
CLIENTS = 16
BROKEN = ("connect", "read", "write", "timeout")
"""How a request may end without an answer, as wrk calls it."""
REFUSED = 400
LIE = re.compile(r"evil\.test|6\.6\.6\.6")
"""What stands in the fields with which a client lies (tests/e2e/asking.py)."""
THINK = Path(__file__).with_name("think.lua")
ASGI = frozenset({"uvicorn", "hypercorn"})
"""Servers that are for ASGI: their cells have an app of that kind."""
ASGI_APP = """

import io


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    answer = []
    environ = {"wsgi.input": io.BytesIO(), "wsgi.multithread": False, "wsgi.url_scheme": scope["scheme"]}
    environ["REMOTE_ADDR"] = scope["client"][0] if scope["client"] else ""
    environ["SERVER_PORT"], environ["SCRIPT_NAME"] = str(scope["server"][1]), scope.get("root_path", "")
    for name, value in scope["headers"]:
        environ["HTTP_" + name.decode().upper().replace("-", "_")] = value.decode()
    body = app(environ, lambda *head: answer.append(head))
    headers = [(name.lower().encode(), value.encode()) for name, value in answer[0][1]]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"".join(body)})
"""


@dataclass(frozen=True)
class Cell:
    """*server* behind *web_server* in *runtime*, as the inventory calls them."""

    server: str
    web_server: str
    runtime: str

    def __str__(self) -> str:
        return f"{self.server}-{self.web_server}-{self.runtime}"

    @property
    def group(self) -> str:
        """All cells with this web server and runtime."""
        return f"{self.web_server}-{self.runtime}"

    @property
    def why_not(self) -> str:
        """Empty for a cell that can be, else the reason."""
        if not set(self._role(self.server).protocols) & self._role(self.web_server).protocols:
            return f"{self.web_server} does not speak {' or '.join(self._role(self.server).protocols)}"
        return self._reason(REASONS)

    @property
    def why_lost(self) -> str:
        """Why a switch may lose requests; empty where it may not."""
        return self._reason(LOSSES)

    @property
    def protocol(self) -> str:
        """What the web server speaks to the server."""
        shared = self._role(self.web_server).protocols
        return next(name for name in self._role(self.server).protocols if name in shared)

    @property
    def code(self) -> str:
        """What the app's source says besides."""
        return ASGI_APP if self.server in ASGI else ""

    @property
    def variables(self) -> dict[str, Any]:
        return {
            "app_callable": "app:asgi" if self.server in ASGI else "app:app",
            "app_server": self.server,
            "app_web_server": self.web_server,
            "app_runtime": self.runtime,
            "app_drain_timeout_s": 10,
            **self._front,
            **({"docker_base_image": PYTHON} if self.has_containers else {}),
        }

    @property
    def _front(self) -> dict[str, Any]:
        """What is particular to the web server; one trusts proxies of its own host."""
        if self.web_server == "none":
            return {"app_port": 80, "ufw_allow": [80]}
        return {f"{self.web_server}_trusted_proxies": [TRUSTED]}

    @property
    def has_containers(self) -> bool:
        return self.runtime in {"docker", "compose"}

    def _reason(self, reasons: dict[tuple[str, str, str], str]) -> str:
        return next((why for cell, why in reasons.items() if self._is_like(cell)), "")

    def _is_like(self, cell: tuple[str, str, str]) -> bool:
        own = (self.server, self.web_server, self.runtime)
        return all(wanted in ("*", mine) for wanted, mine in zip(cell, own, strict=True))

    @staticmethod
    def _role(name: str) -> Any:
        return import_module(f"deploytasks.roles.{name}")


def all_cells() -> list[Cell]:
    """Every server with every web server in every runtime, also those that cannot be."""
    lists = SERVERS, WEB_SERVERS, RUNTIMES
    return [Cell(*names) for names in product(*lists)]


@dataclass
class Row:
    """What was seen of one cell; *believed* is what the app heard a client say of itself, *visitors* whom it
    took several for, *lost* are requests without an answer during *swaps* under load."""

    first: int = 0
    second_changed: int = -1
    believed: list[str] = field(default_factory=list)
    visitors: dict[str, list[str]] = field(default_factory=dict)
    changed_code: bool = False
    rolled_back: bool = False
    swaps: int = 0
    requests: int = 0
    lost: int = -1
    losses: dict[str, int] = field(default_factory=dict)
    seconds: float = 0
    cell: dict[str, str] = field(default_factory=dict)

    def keep(self, cell: Cell, directory: Path) -> None:
        """Write this down for the table."""
        self.cell = {**asdict(cell), "protocol": cell.protocol}
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{cell}.json").write_text(json.dumps(asdict(self)) + "\n")


def live_through(cell: Cell, project: Project, swaps: int) -> Row:
    """Deploy, deploy again, change the code, roll back and swap under load; the test judges what was seen."""
    row = Row(swaps=swaps)
    project.code("one", cell.code)
    project.deploy()
    row.first = project.request().status
    row.believed = believed(project)
    row.visitors = visitors(project)
    row.second_changed = project.deploy().host["changed"]
    first = project.current
    project.code("two", cell.code)
    project.deploy()
    row.changed_code = project.says["version"] == "two"
    second = project.current
    with load_on(project.target, f"{project.name}.test") as load:
        project.inv("rollback")
        row.rolled_back = project.says["version"] == "one"
        for number in range(1, swaps):
            run = project.inv("rollback", "--to", second if number % 2 else first)
            assert run.exit_code == 0, run.messages
    row.requests, row.lost = load["requests"], load["lost"]
    row.losses = {kind: load[kind] for kind in (*BROKEN, "status") if load[kind]}
    return row


def believed(project: Project) -> list[str]:
    """The header fields that came to the app as a client wrote them, and the scheme if it is not true."""
    disguised = ask(project, fields=DISGUISED)
    answers = [says(project, "/"), *([] if disguised.status == REFUSED else [disguised.says])]
    return [lie for answer in answers for lie in _lies(answer)]


def _lies(said: dict[str, Any]) -> list[str]:
    fields = [name for name, value in said["heard"].items() if LIE.search(value)]
    address = ["address"] * bool(LIE.search(said["asked"][0]))
    return fields + address + ["scheme"] * (said["scheme"] != "http")


@contextmanager
def load_on(target: Target, host: str, *options: str) -> Iterator[dict[str, int]]:
    """Clients ask *target* for *host* all the time; how many requests there were and were lost is known afterwards.

    *options* are those of wrk(1) besides.
    """
    argv = [
        "wrk",
        "-t1",
        f"-c{CLIENTS}",
        "-d1h",
        "--timeout=15s",
        f"-s{THINK}",
        "-H",
        f"Host: {host}",
        *options,
        target.url,
    ]
    seen: dict[str, int] = {}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as wrk:
        try:
            yield seen
        finally:
            wrk.send_signal(2)
            said, _ = wrk.communicate(timeout=60)
    seen["requests"] = _number(r"(\d+) requests in", said)
    seen["status"] = _number(r"Non-2xx or 3xx responses: (\d+)", said)
    seen |= {kind: _number(rf"Socket errors:.*\b{kind} (\d+)", said) for kind in BROKEN}
    seen["lost"] = seen["status"] + sum(seen[kind] for kind in BROKEN)


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0
