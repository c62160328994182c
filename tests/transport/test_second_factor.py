"""What a host asks besides the key, and who answers it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import paramiko
import pytest

from deploytasks.transport.route import Credentials, HostKeyRules, Route
from deploytasks.transport.second_factor import MOST_QUESTIONS, Interview, NobodyAnswersError, OneTime


class AskingTransport:
    """Asks *questions*, and keeps what it is *told*."""

    auth_timeout = 30.0

    def __init__(self, *questions: str) -> None:
        self.questions = questions
        self.told: list[str] = []

    def auth_interactive(self, _user: str, answer: Any) -> list[str]:
        for question in self.questions:
            self.told += answer("title", "instructions", [(question, False)])
        return []


def interview(transport: Any, ask: Any, password: str | None = None) -> bool:
    rules = HostKeyRules("web1", (Path("known"),), ())
    return Interview(Route("web1", 22, "ann", rules, Credentials(password=password)), ask).conduct(transport)


@pytest.mark.parametrize("question", ["Password: ", "ann@web1's password:", "Password for ann:"])
def test_the_password_that_is_known_is_given_where_it_is_asked_for(question: str) -> None:
    transport = AskingTransport(question)
    assert interview(transport, None, "secret")
    assert transport.told == ["secret"]


@pytest.mark.parametrize(
    "question", ["One-time password (OATH) for `ann': ", "Verification code: ", "New password: "]
)
def test_anything_else_is_asked_of_a_person_and_not_remembered(question: str) -> None:
    transport, asked = AskingTransport(question), []
    assert interview(transport, lambda text: asked.append(text) or "123456", "secret")
    assert transport.told == ["123456"]
    assert (asked, type(asked[0])) == ([f"ann@web1: {question.strip()} "], OneTime)
    assert transport.auth_timeout == 30.0


def test_a_question_shows_no_control_characters_and_is_short() -> None:
    asked: list[str] = []
    interview(AskingTransport("\x1b[2Jcode\x07" + "x" * 1000), lambda text: asked.append(text) or "1")
    assert asked[0].isprintable()
    assert len(asked[0]) < 300


def test_nobody_there_is_told_by_the_question() -> None:
    with pytest.raises(NobodyAnswersError, match="Verification code:"):
        interview(AskingTransport("Verification code:"), lambda _text: None)


def test_a_host_that_asks_without_end_is_left() -> None:
    with pytest.raises(paramiko.SSHException, match="asks and asks"):
        interview(AskingTransport(*["code:"] * (MOST_QUESTIONS + 1)), lambda _text: "1")
