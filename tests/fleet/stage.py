"""Hosts in memory: what the agent on each of them says is a script, and what it does is told to a diary."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from deploytasks import Inventory
from deploytasks.agent.conversation.wire import BEAT, Frame, frames, pack, pack_json
from deploytasks.agent.engine.events import Ended, Event, Hello, Outcome, Printed, Ready
from deploytasks.agent.release.commands import request_in
from deploytasks.agent.release.facts import Facts
from deploytasks.agent.release.request import Request
from deploytasks.errors import Unreachable

LONG_S = 30


class Agent:
    """The agent of the host *name*, and the pipe to it: it speaks as far as it is listened to."""

    stderr = ""
    sent_bytes = 0
    request: Request

    def __init__(self, name: str, script: Script, diary: list[str]) -> None:
        self.name = name
        self.left = threading.Event()
        self.closed = threading.Event()
        self._sent = threading.Condition()
        self._diary = diary
        self._script = script(self)
        self._heard = b""
        self._frames = frames(self._taken)
        self._said = b""

    def notes(self, what: str) -> None:
        """Write into the diary."""
        self._diary.append(f"{self.name} {what}")

    def hears(self) -> dict[str, Any]:
        """The next object that the controller says."""
        frame = self.frame()
        assert frame, f"{self.name} hears nothing"
        return frame.to_json()

    def frame(self) -> Frame | None:
        """The next frame that is no beat; None when the controller has left."""
        return next((frame for frame in self._frames if frame.letter != BEAT), None)

    def send(self, data: bytes) -> None:
        with self._sent:
            self._heard += data
            self._sent.notify()

    def read(self, size: int) -> bytes:
        while len(self._said) < size and (more := self._says()):
            self._said += more
        said, self._said = self._said[:size], self._said[size:]
        return said

    def close_input(self) -> None:
        self.left.set()
        with self._sent:
            self._sent.notify()

    def wait(self, timeout_s: float) -> int | None:
        del timeout_s
        return 0

    def close(self) -> None:
        self.close_input()
        self.closed.set()

    def _says(self) -> bytes:
        if not hasattr(self, "request"):
            greeting, _, self._heard = self._heard.partition(b"\n")
            self.request = request_in(self.hears())
            return greeting.split()[1] + b"!"
        event = next(self._script, None)
        if isinstance(event, Printed):
            return pack(event.letter, event.data)
        return pack_json(event.to_json()) if event else b""

    def _taken(self, size: int) -> bytes:
        with self._sent:
            self._sent.wait_for(lambda: len(self._heard) >= size or self.left.is_set(), LONG_S)
            taken, self._heard = self._heard[:size], self._heard[size:]
        return taken


Script = Callable[[Agent], Iterator[Event]]


@dataclass
class Way:
    """The transport to *agent*; a *refusal* is why there is none."""

    agent: Agent
    refusal: Exception | None = None
    notes: list[str] = field(default_factory=list)

    def open(self) -> None:
        if self.refusal:
            raise self.refusal

    def start_agent(self) -> Agent:
        return self.agent

    def learn_password(self) -> bool:
        return False

    def interactive(self, argv: Any) -> int:
        raise NotImplementedError

    def close(self) -> None:
        self.agent.close()


class Stage:
    """Hosts of one app, each with the script of its agent; a script that is an error is why it cannot be reached."""

    def __init__(self, scripts: Mapping[str, Script | Exception]) -> None:
        self.diary: list[str] = []
        self.scripts = scripts

    def hosts(self, directory: Any, **variables: str) -> list[Any]:
        """They, from an inventory in *directory*."""
        settings = {"app_name": "shop", "ansible_connection": "local", **variables}
        lines = [*self.scripts, "[all:vars]", *(f"{name}={value}" for name, value in settings.items())]
        (directory / "inventory.ini").write_text("\n".join(lines) + "\n")
        return list(Inventory.load(directory / "inventory.ini").hosts)

    def way_to(self, host: Any, ask_password: Any) -> Way:
        del ask_password
        script = self.scripts[host.name]
        refusal = script if isinstance(script, Exception) else None
        return Way(Agent(host.name, nothing if refusal else script, self.diary), refusal)

    def did(self, what: str) -> list[str]:
        """The hosts that did *what*, in the order in which they did."""
        return [name for name, _, done in (line.partition(" ") for line in self.diary) if done == what]


def nothing(agent: Agent) -> Iterator[Event]:
    """It ends before its first word."""
    yield from ()


def deploys(agent: Agent) -> Iterator[Event]:
    """It does all that it is told, and waits at each gate."""
    yield from deploying(agent)


def fails_before(phase: str) -> Script:
    """A step fails before *phase*."""
    return lambda agent: deploying(agent, fails=phase)


def is_lost_before(phase: str) -> Script:
    """The connection breaks before *phase*."""
    return lambda agent: deploying(agent, lost=phase)


def dies_before(phase: str) -> Script:
    """The agent ends before *phase*, without a word."""
    return lambda agent: deploying(agent, dies=phase)


def kept_to_itself(order: dict[str, Any]) -> None:
    """No test wants to know of it."""


def deploying(
    agent: Agent,
    fails: str = "",
    lost: str = "",
    dies: str = "",
    heard: Callable[[dict[str, Any]], None] = kept_to_itself,
) -> Iterator[Event]:
    yield Hello(asdict(Facts()))
    order = agent.hears()
    heard(order)
    if "bye" in order:
        yield Ended(Outcome.OK, error=order["bye"])
        return
    agent.notes("begins" if order.get("leads", True) else "begins and does not lead")
    for phase in [*order.get("gates", ()), "end"]:
        if phase == fails:
            yield Ended(Outcome.FAILED, failed=1, error="no luck", step="app: try it")
            return
        if phase == lost:
            raise Unreachable(f"{agent.name}: the connection broke off", agent.name)
        if phase == dies:
            return
        if phase == "end":
            break
        agent.notes(f"is ready for {phase}")
        yield Ready(phase)
        held = agent.hears()["held"]
        if held:
            agent.notes("is held back")
            yield Ended(Outcome.OK, error=held)
            return
        agent.notes(f"passes into {phase}")
    agent.notes("ends")
    yield Ended(Outcome.CHANGED, changed=1)
