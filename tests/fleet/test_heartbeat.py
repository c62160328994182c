"""The sign of life that an agent hears: again and again, never between the parts of something else, never an error."""

from __future__ import annotations

import threading

import pytest

from deploytasks.agent.conversation.wire import BEAT, pack, pack_json
from deploytasks.agent.release.questions import Status
from deploytasks.delivery.conversation import Conversation
from deploytasks.errors import Unreachable
from deploytasks.fleet import heartbeat
from deploytasks.fleet.heartbeat import Heartbeat

LONG_S = 30


class Line:
    """Keeps what is sent; *held* keeps a sender waiting, *cut* makes each sending fail."""

    def __init__(self, *, cut: bool = False) -> None:
        self.sent: list[bytes] = []
        self.held = threading.Lock()
        self.cut = cut

    def send(self, data: bytes) -> None:
        if self.cut:
            raise Unreachable("web1: gone", "web1")
        self.sent.append(data)
        with self.held:
            pass

    def read(self, size: int) -> bytes:
        del size
        return b""


class Listener:
    """A host that counts the beats which it hears, up to *enough*."""

    def __init__(self, enough: int) -> None:
        self.heard = threading.Semaphore(0)
        self.enough = enough

    def beat(self) -> None:
        self.heard.release()

    def hears_enough(self) -> bool:
        return all(self.heard.acquire(timeout=LONG_S) for _ in range(self.enough))


def test_every_host_hears_it_again_and_again(monkeypatch):
    monkeypatch.setattr(heartbeat, "BEAT_S", 0.001)
    hosts = [Listener(3), Listener(3)]
    beating = Heartbeat(hosts)
    beating.start()
    assert all(host.hears_enough() for host in hosts)
    beating.stop()


def test_a_beat_is_a_frame_of_its_own():
    line = Line()
    Conversation(line, "web1", Status()).beat()
    assert line.sent == [pack(BEAT)]


def test_who_is_told_something_needs_no_beat():
    line = Line()
    conversation = Conversation(line, "web1", Status())
    with line.held:
        telling = threading.Thread(target=conversation.send, args=({"held": ""},))
        telling.start()
        while not line.sent:
            assert telling.is_alive()
        conversation.beat()
    telling.join(LONG_S)
    assert line.sent == [pack_json({"held": ""})]


@pytest.mark.parametrize("times", [1, 2])
def test_a_link_that_is_gone_is_no_error_of_the_beat(times):
    line = Line(cut=True)
    conversation = Conversation(line, "web1", Status())
    for _ in range(times):
        conversation.beat()
    line.cut = False
    conversation.beat()
    assert line.sent == [pack(BEAT)]
