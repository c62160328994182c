"""Both sides of a conversation, each as it is, on a host of files: what lacks is asked for, sent, and laid out."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from deploytasks.agent.conversation.channel import Inlet, Outlet
from deploytasks.agent.conversation.wire import Frame
from deploytasks.agent.engine.events import Compare, Ended, Hello, Need, Note, Outcome, StepDone
from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.engine.plan import Step
from deploytasks.agent.files.file import File
from deploytasks.agent.files.tree import Tree
from deploytasks.agent.release.commands import command, request_in
from deploytasks.agent.release.request import Converge, Request
from deploytasks.agent.release.session import Session
from deploytasks.delivery.contents import Contents
from deploytasks.delivery.conversation import Conversation
from deploytasks.source import Source
from tests.agent.conftest import FakeHost
from tests.agent.shop import ONE, TWO, Shop, order

NOISE = hashlib.shake_128(b"noise").digest(300_000)
SECRET = b"KEY=hunter-two\n"


class Line:
    """The agent of *host*, begun by what is sent to it first, at the other end of two pipes."""

    stderr = ""

    def __init__(self, host: FakeHost) -> None:
        self.host = host
        self.sent_bytes = 0
        self._ears, self._mouth = os.pipe(), os.pipe()
        self._is_begun = False

    def send(self, data: bytes) -> None:
        self.sent_bytes += len(data)
        if not self._is_begun:
            self._is_begun = True
            greeting, _, question = data.partition(b"\n")
            nonce = greeting.split()[1].decode()
            threading.Thread(target=self._serve, args=(nonce, question), daemon=True).start()
            return
        while data:
            data = data[os.write(self._ears[1], data) :]

    def read(self, size: int) -> bytes:
        read = b""
        while len(read) < size and (piece := os.read(self._mouth[0], size - len(read))):
            read += piece
        return read

    def close_input(self) -> None:
        os.close(self._ears[1])

    def wait(self, timeout_s: float) -> int | None:
        del timeout_s
        return 0

    def _serve(self, nonce: str, question: bytes) -> None:
        outlet = Outlet(self._mouth[1], nonce)
        request = request_in(Frame(question[:1], question[5:]).to_json())
        machine = self.host.machine
        machine.say = lambda line: outlet.say(Note(line))
        session = Session(request, Inlet(self._ears[0], lambda: None), outlet, machine)
        outlet.say(command(request.question.ask)(session))
        outlet.close()
        os.close(self._mouth[1])


class Controller:
    """Deploys *source* and a secret to *host*, as releases of one app."""

    def __init__(self, host: FakeHost, directory: Path) -> None:
        self.shop = Shop(host)
        self.directory = directory
        self.directory.mkdir()
        self.events: list[object] = []
        self.sent_bytes = 0

    def write(self, **files: bytes) -> None:
        for name, content in files.items():
            (self.directory / name).write_bytes(content)

    def deploy(self, name: str, *, check: bool = False, diff: bool = False) -> Ended:
        """What the agent says in the end."""
        source = Source.scan(self.directory)
        contents = Contents(source, {_digest(SECRET): SECRET})
        request = Request(Converge(), "deploy", "ann", app=self.shop.app, check=check, diff=diff)
        line = Line(self.shop.host)
        conversation = Conversation.greet(line, "web1", request)
        assert conversation
        self.events = []
        for event in conversation.events():
            self.events.append(event)
            if isinstance(event, Hello):
                conversation.send(order(self._plan(name, source)))
            elif isinstance(event, Need):
                conversation.provide(event, contents)
            elif isinstance(event, Compare):
                conversation.show(event, contents, diff=diff)
        self.sent_bytes = line.sent_bytes
        ended = self.events[-1]
        assert isinstance(ended, Ended)
        return ended

    def _plan(self, name, source):
        release, host = self.shop.app.release(name), self.shop.host
        tree = Tree(release.code, release.manifest, source.manifest.digest)
        listing = File(release.manifest, None, "0644", host.user, host.group, source.manifest.digest)
        env = File(release.env, None, "0600", host.user, host.group, _digest(SECRET))
        return self.shop.plan(
            name,
            Step("list the release's files", listing, phase=Phase.PREPARE),
            Step("lay out the code", tree, phase=Phase.PREPARE),
            Step("write the environment variables", env, phase=Phase.PREPARE, sensitive=True),
        )

    def code(self, name: str) -> dict[str, bytes]:
        """The files of a release on the host."""
        place = self.shop.host.path(self.shop.app.release(name).code)
        return {path.name: path.read_bytes() for path in place.iterdir()}

    def said(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def host(tmp_path):
    fake = FakeHost(tmp_path / "host")
    yield fake
    fake.close()


@pytest.fixture
def controller(host, tmp_path):
    controller = Controller(host, tmp_path / "app")
    controller.write(a=b"the same\n", b=b"old\n", large=NOISE)
    return controller


def test_what_a_host_lacks_is_sent_and_laid_out(controller, host):
    assert controller.deploy(ONE).outcome is Outcome.CHANGED
    assert controller.code(ONE) == {"a": b"the same\n", "b": b"old\n", "large": NOISE}
    assert host.path(controller.shop.app.release(ONE).env).read_bytes() == SECRET
    assert list((host.home / "blobs").glob("*")) == []


def test_nothing_is_asked_for_where_nothing_lacks(controller):
    controller.deploy(ONE)
    assert controller.deploy(ONE).outcome is Outcome.OK
    assert controller.said(Need) == []
    assert controller.sent_bytes < len(NOISE) / 50


def test_of_the_next_release_only_what_differs_is_sent(controller):
    controller.deploy(ONE)
    controller.write(b=b"new\n")
    assert controller.deploy(TWO).release == TWO
    assert controller.code(TWO) == {"a": b"the same\n", "b": b"new\n", "large": NOISE}
    assert controller.sent_bytes < len(NOISE) / 50


def test_a_check_is_told_what_would_come_and_changes_nothing(controller, host):
    controller.deploy(ONE)
    controller.write(b=b"new\n", c=b"more\n")
    before = host.snapshot()
    ended = controller.deploy(TWO, check=True, diff=True)
    assert ended.outcome is Outcome.CHANGED
    assert host.snapshot() == before
    assert Note("a deploy would send 9 bytes") in controller.said(Note)
    (laid_out,) = [done for done in controller.said(StepDone) if done.step == "lay out the code"]
    assert {"M b", "A c", "-old", "+new"} <= {line.strip() for line in laid_out.diff.splitlines()}
    assert "hunter" not in repr(controller.events)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
