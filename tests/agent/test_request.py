"""What a controller asks is understood as it was meant, or told in a sentence."""

from __future__ import annotations

import json
import os
import threading
import zlib

import pytest

from deploytasks.agent.__main__ import answer
from deploytasks.agent.conversation.channel import Inlet
from deploytasks.agent.conversation.mask import Mask
from deploytasks.agent.conversation.wire import LARGEST_FRAME, pack, pack_json
from deploytasks.agent.engine.events import Outcome
from deploytasks.agent.release.commands import command, request_in
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.questions import (
    QUESTIONS,
    Allow,
    Destroy,
    Logs,
    Processes,
    Rollback,
    Run,
    Scale,
)
from deploytasks.agent.release.request import Converge, Request

SHOP = App("shop", "/srv/shop", "shop")
ASKED = Request(Scale(), "scale", "ann", app=SHOP).to_json()
ASKED_OF_AGENTS = [
    Allow(8000, "tcp", "", 60, close=False),
    Destroy(purge=True),
    Logs(follow=True, lines=7, since="1h ago", grep="x", process="web"),
    Processes("stop", "worker"),
    Rollback("20261121T101500Z-3f9c2d1"),
    Run("id", reads=True, verbatim=True),
    Scale("worker", "3"),
]


class Silent:
    """An outlet that says nothing to nobody."""

    def __init__(self):
        self.mask = Mask()

    def say(self, event):
        """Nothing is said."""


def answered(document):
    """How an agent ends that is asked this."""
    return answered_frame(pack_json(document))


def answered_frame(frame):
    """How an agent ends that hears *frame*, and nothing else."""
    reader, writer = os.pipe()
    os.close(writer)
    return answer(Inlet(reader, lambda: None, frame), Silent(), threading.Event(), "")


@pytest.mark.parametrize("question", ASKED_OF_AGENTS, ids=lambda question: question.ask)
def test_a_question_arrives_as_it_was_asked(question):
    request = Request(
        question, "told", "ann", "main", "shop.git", SHOP, check=True, diff=True, lock_wait_s=1.5
    )
    assert request_in(json.loads(json.dumps(request.to_json()))) == request


@pytest.mark.parametrize("ask", sorted(QUESTIONS))
def test_every_question_has_a_command(ask):
    assert command(ask).__name__ == ask


def test_a_deploy_asks_what_the_host_is_to_be():
    request = Request(Converge(), "deploy", "ann", app=SHOP)
    assert type(request_in(request.to_json()).question) is Converge


@pytest.mark.parametrize(
    "frame",
    [
        pack(b"J", b"\xff{"),
        pack(b"J", b"[1]"),
        pack(b"J", b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        pack(b"Z", b"no zlib"),
        pack(b"Z", zlib.compress(bytes(LARGEST_FRAME + 1))),
        pack(b"D", b"{}"),
    ],
    ids=["damaged", "a list", "too deep", "not packed", "too large", "a piece"],
)
def test_what_is_no_object_comes_from_no_controller(frame):
    ended = answered_frame(frame)
    assert (ended.outcome, ended.output, ended.put_back) == (Outcome.FAILED, "", True)
    assert ended.error.startswith("what speaks here is no controller: ")


@pytest.mark.parametrize(
    ("differing", "named"),
    [
        ({"question": {"ask": "brew"}}, "brew"),
        ({"question": {}}, "ask"),
        ({"question": {"ask": "scale", "wrokers": "3"}}, "wrokers"),
        (
            {"question": {"ask": "allow", "port": 80, "protocol": "tcp", "origin": "", "close": False}},
            "for_s",
        ),
        ({"question": {"ask": "status", "lines": 3}}, "Status"),
        ({"chekc": True}, "chekc"),
        ({"app": {"name": "shop", "root": "/srv/shop"}}, "user"),
        ({"app": "shop"}, "str"),
        ({"app": {"name": "shop", "root": 5, "user": "shop"}}, "5"),
        ({"question": "status"}, "dictionary"),
        ({"lock_wait_s": "long"}, "long"),
    ],
)
def test_what_no_controller_asks_is_told_in_a_sentence(differing, named):
    ended = answered({**ASKED, **differing})
    assert (ended.outcome, ended.output, ended.put_back) == (Outcome.FAILED, "", True)
    assert ended.error.startswith("what the controller says is not understood: ")
    assert named in ended.error


@pytest.mark.parametrize("missing", ["question", "command", "by", "app"])
def test_what_is_missing_is_told_in_a_sentence(missing):
    ended = answered({name: value for name, value in ASKED.items() if name != missing})
    assert (ended.outcome, ended.output) == (Outcome.FAILED, "")
    assert missing in ended.error
