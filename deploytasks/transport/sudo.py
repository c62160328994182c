"""The password that sudo wants on a host."""

from __future__ import annotations

from collections.abc import Callable

AskPassword = Callable[[str], "str | None"]
"""Asks a person with the given prompt, once for all hosts that use the same one; None if nobody is there."""

PROMPT = "sudo password on the hosts: "
AGAIN = "sudo password on %s, which refused that one: "


class SudoPassword:
    """Known from the inventory, asked for, or None.

    A person is asked once for all hosts, and once more for a host that has another one.
    """

    def __init__(self, known: str | None, ask: AskPassword, host: str = "") -> None:
        self.value = known
        self._ask = ask
        self._questions = [] if known is not None else [PROMPT, AGAIN % host]

    def learn(self) -> bool:
        """Ask for it, if it is not known or was refused; whether that made a difference."""
        if not self._questions:
            return False
        self.value = self._ask(self._questions.pop(0))
        return self.value is not None
