"""An app that is deployed on a fake host, once for each runtime: as its role has written it, or in memory."""

from __future__ import annotations

import json
import os
import socket
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

from deploytasks.agent.conversation.channel import Inlet
from deploytasks.agent.conversation.mask import Mask
from deploytasks.agent.engine.events import Answer, Ended, Event, LogLine
from deploytasks.agent.engine.plan import Plan, Step
from deploytasks.agent.release.commands import command
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.questions import QUESTIONS, Status
from deploytasks.agent.release.request import Question, Request
from deploytasks.agent.release.runtime.http_check import HttpCheck
from deploytasks.agent.release.runtime.runtime import Runtime
from deploytasks.agent.release.session import Session
from tests.agent.conftest import FakeHost
from tests.agent.memory_runtime import MemoryRuntime

WRITTEN = Path(__file__).parents[1] / "roles/expected"
CASES = {
    "systemd": ("processes", "shop"),
    "supervisor": ("supervisor", "hello"),
    "docker": ("docker-rich", "shop"),
    "compose": ("compose-rich", "shop"),
}
"""What the role has written: a directory of tests/roles/expected, and the app of that case."""
MEMORY = "memory"
RUNTIMES = (*CASES, MEMORY)
CONTAINED = ("docker", "compose")
PASSES_SIGNALS = ("systemd", MEMORY)
NAME = "20261121T101500Z-3f9c2d1"
EARLIER = "20261101T101500Z-1111111"


class Deployed:
    """The app *app* with its *release*, run by the runtime *name* on *host*.

    Besides web it has two workers, and a job that is due each day. A controller that has gone ends what lasts.
    """

    def __init__(self, name: str, host: FakeHost) -> None:
        self.name = name
        self.host = host
        self.machine = host.machine
        case, app = CASES.get(name, ("", "shop"))
        self.app = App(app, "/srv/" + app, app)
        self.release = self.app.release(NAME)
        self.web = self.release.service_unit
        self.workers = [self.release.process_unit("worker", number) for number in "12"]
        if name == MEMORY:
            self.machine.units = MemoryRuntime(self.machine)
        else:
            self._write(case)
        self._record()
        self._inlet, self._controller = os.pipe()

    @property
    def runtime(self) -> Runtime:
        return self.session(Status()).runtime

    def session(self, question: Question) -> Session:
        """What the agent makes of a controller's first object."""
        inlet = Inlet(os.dup(self._inlet), threading.Event().set)
        return Session(Request(question, "try", "ann@laptop", app=self.app), inlet, Heard(), self.machine)

    def ask(self, name: str, **wanted: Any) -> Tuple[Ended, List[Event]]:
        """How the command called *name* ended, and what it said."""
        session = self.session(QUESTIONS[name](**wanted))
        ended = command(name)(session)
        return ended, session.outlet.events

    def status(self) -> Dict[str, Any]:
        return self._answer("status")

    def processes(self) -> Dict[str, Dict[str, Any]]:
        """What is told of each process, by its unit."""
        return {process["unit"]: process for process in self.status()["processes"]}

    def pids(self) -> Dict[str, Any]:
        """The main process of each."""
        return {unit: about["pid"] for unit, about in self.processes().items()}

    def numbers(self) -> Dict[str, int]:
        """How many there are of each process."""
        return {name: about["running"] for name, about in self._answer("scale").items()}

    def log(self, **wanted: Any) -> List[Tuple[str, str]]:
        """Process and text of each line."""
        _, said = self.ask("logs", **wanted)
        return [(line.process, line.text) for line in said if isinstance(line, LogLine)]

    def said_by(self, unit: str, *texts: str) -> None:
        """*unit* says *texts*."""
        for text in texts:
            if isinstance(self.machine.units, MemoryRuntime):
                self.machine.units.say(unit, text)
                continue
            with open(str(self.host.home / "entries"), "a+") as entries:
                entries.seek(0)
                place = len(entries.readlines()) + 1
                about = {"__CURSOR": str(place), "__REALTIME_TIMESTAMP": "17957280000%05d" % place}
                entries.write(json.dumps({**about, "_SYSTEMD_UNIT": unit, "MESSAGE": text}) + "\n")
            with open(str(self.host.home / "journal"), "a") as journal:
                journal.write(text + "\n")

    def breaks(self, unit: str) -> None:
        """From now on *unit* does not start."""
        if isinstance(self.machine.units, MemoryRuntime):
            self.machine.units.broken.add(unit)
        else:
            self.host.write("/run/told/" + unit, "failed 0\n")

    @contextmanager
    def somebody_connected(self) -> Iterator[None]:
        """Somebody is connected to the release's socket."""
        if isinstance(self.machine.units, MemoryRuntime):
            self.machine.units.connected[self.release.socket] = 1
            yield
            del self.machine.units.connected[self.release.socket]
            return
        place = str(self.host.write(self.release.socket, ""))
        os.unlink(place)
        server, client = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        with server, client:
            server.bind(place)
            server.listen(5)
            client.connect(place)
            yield

    def close(self) -> None:
        self.runtime.stop(list(self.runtime.states("*")))
        for descriptor in (self._inlet, self._controller):
            os.close(descriptor)

    def _answer(self, name: str) -> Dict[str, Any]:
        _, said = self.ask(name)
        (answer,) = [event for event in said if isinstance(event, Answer)]
        return answer.document

    def _write(self, case: str) -> None:
        """The files of the release; those of programs find their way on the fake host."""
        folder = WRITTEN / case
        for file in folder.rglob("*.txt"):
            path = "/" + str(file.relative_to(folder))[: -len(".txt")].replace("RELEASE", NAME)
            text = file.read_text().replace("RELEASE", NAME)
            if "/bin/" in path:
                owner = "$(id -u %s):$(id -g %s)" % (self.app.user, self.app.user)
                text = text.replace("/srv/", "%s/srv/" % self.host.root).replace(owner, "950:950")
            self.host.write(path, text, 0o755 if "/bin/" in path else 0o644)
        self.host.path(self.release.code).mkdir()
        if self.name in PASSES_SIGNALS:
            (self.host.home / "serves").mkdir()
            (self.host.home / "serves" / self.web).touch()

    def _record(self) -> None:
        """The release's list of processes, and its plan: the health check."""
        self.host.link(self.app.current, "releases/" + NAME)
        workers = 2 if self.name in PASSES_SIGNALS else None
        web = {"server": "gunicorn", "workers": workers}
        listed = {"web": web, "worker": {"workers": 2}, "cleanup": {"schedule": "daily"}}
        self.host.write(self.release.processes, json.dumps(listed))
        address = self.host.serve_pages({"/": b""}).rpartition(":")[2]
        plan = Plan((Step("ask it", HttpCheck(self.web, address), role="app"),), NAME, digest="3f9c2d1")
        about = {"sequence": 1, "previous": None, "created": "", "by": "", "source": "", "modules": {}}
        document = {**about, "plan": {**plan.to_json(), "app": asdict(self.app)}}
        self.host.write(self.release.plan, json.dumps(document))


class Heard:
    """``Teller`` that keeps what it hears."""

    def __init__(self) -> None:
        self.mask = Mask()
        self.events: List[Event] = []

    def say(self, event: Event) -> None:
        self.events.append(event)


@contextmanager
def deployed_with(name: str) -> Iterator[Deployed]:
    """Its directory has a short name: a socket's may have 107 characters (unix(7))."""
    with tempfile.TemporaryDirectory(prefix="r") as home:
        host = FakeHost(Path(home))
        app = Deployed(name, host)
        try:
            yield app
        finally:
            with suppress(OSError):
                app.close()
            host.close()
