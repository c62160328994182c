"""What a host asks besides a key or a password (RFC 4256): a one-time code, as a rule."""

from __future__ import annotations

from collections.abc import Sequence

import paramiko

from deploytasks.agent.conversation.visible import visible
from deploytasks.agent.regex import regex
from deploytasks.transport.route import Route
from deploytasks.transport.sudo import AskPassword

KEYBOARD = "keyboard-interactive"
PATIENCE_S = 120.0
"""For so long sshd waits for a login by itself (``LoginGraceTime`` in sshd_config(5))."""
LONGEST_QUESTION, MOST_QUESTIONS = 200, 10
"""What a host may ask of a person."""
ITS_PASSWORD = regex(r"(?i)(\S+'s )?password( for \S+)?:?")
"""How it asks for the password of the login, which is none that is good once."""


class OneTime(str):
    """A question whose answer is good for one login."""

    __slots__ = ()


class NobodyAnswersError(paramiko.SSHException):
    """Nobody is there to be asked."""


class Interview:
    """Answers what the host of *route* asks: its password, where that is known, and else what a person types."""

    def __init__(self, route: Route, ask: AskPassword) -> None:
        self._route = route
        self._ask = ask
        self._asked = 0
        self._passwords = [route.credentials.password] if route.credentials.password else []

    def conduct(self, transport: paramiko.Transport) -> bool:
        """Whether the host lets us in then; raises ``paramiko.SSHException`` when it refuses the answers."""
        usual, transport.auth_timeout = transport.auth_timeout, PATIENCE_S
        try:
            return not transport.auth_interactive(self._route.user, self._answers)
        finally:
            transport.auth_timeout = usual

    def _answers(self, title: str, instructions: str, prompts: Sequence[tuple[str, bool]]) -> list[str]:
        del title, instructions
        return [self._answer(question) for question, _ in prompts]

    def _answer(self, question: str) -> str:
        self._asked += 1
        if self._asked > MOST_QUESTIONS:
            raise paramiko.SSHException("the host asks and asks")
        if self._passwords and ITS_PASSWORD.fullmatch(question.strip()):
            return self._passwords.pop()
        shown = visible(question[:LONGEST_QUESTION].strip())
        answer = self._ask(OneTime(f"{self._route.login}: {shown} "))
        if answer is None:
            raise NobodyAnswersError(shown)
        return answer
