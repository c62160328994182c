"""The agent's ear: when it takes the controller for gone."""

from __future__ import annotations

import os
import threading

import pytest

from deploytasks.agent.conversation.channel import Inlet
from deploytasks.agent.conversation.wire import BEAT, pack, pack_json
from deploytasks.agent.errors import ControllerGone

SOON_S = 0.2
LONG_S = 30.0


class Controller:
    """The other end of an agent's standard input."""

    def __init__(self, silence_s: float) -> None:
        self.reader, self.writer = os.pipe()
        self.gone = threading.Event()
        self.inlet = Inlet(self.reader, self.gone.set, silence_s=silence_s)

    def say(self, *pieces: bytes) -> None:
        os.write(self.writer, b"".join(pieces))

    def leave(self) -> None:
        os.close(self.writer)


def test_one_that_says_nothing_at_all_is_gone():
    controller = Controller(SOON_S)
    with pytest.raises(ControllerGone):
        controller.inlet.object()
    assert controller.gone.is_set()


def test_one_that_stops_in_the_middle_of_a_word_is_gone():
    controller = Controller(SOON_S)
    controller.say(pack_json({"held": ""})[:7])
    with pytest.raises(ControllerGone):
        controller.inlet.object()
    assert controller.gone.is_set()


def test_a_beat_says_nothing_but_that_it_is_there():
    controller = Controller(LONG_S)
    controller.say(pack(BEAT), pack_json({"held": "a"}), pack(BEAT), pack(BEAT), pack_json({"held": "b"}))
    assert [controller.inlet.object()["held"] for _ in "ab"] == ["a", "b"]
    assert not controller.gone.is_set()


def test_beats_between_the_pieces_of_a_content_are_none_of_it():
    controller = Controller(LONG_S)
    controller.say(pack(b"D", b"one"), pack(BEAT), pack(b"D", b"two"), pack(b"E"))
    assert b"".join(controller.inlet.pieces()) == b"onetwo"


def test_what_was_said_before_the_end_is_heard():
    controller = Controller(LONG_S)
    controller.say(pack_json({"held": "a"}))
    controller.leave()
    assert controller.inlet.object() == {"held": "a"}
    with pytest.raises(ControllerGone):
        controller.inlet.object()
    assert controller.gone.wait(LONG_S)


def test_an_answer_is_not_waited_for_longer_than_it_is_worth():
    """Such as that to a knock: the controller may be there, and busy."""
    controller = Controller(LONG_S)
    with pytest.raises(ControllerGone, match="says nothing"):
        controller.inlet.object(SOON_S)
    assert not controller.gone.is_set()
