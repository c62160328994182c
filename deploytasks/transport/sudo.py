"""The password that sudo wants on a host."""

from __future__ import annotations

from collections.abc import Callable

AskPassword = Callable[[str], "str | None"]
"""Asks a person with the given prompt, once for all hosts that use the same one; None if nobody is there."""

PROMPT = "sudo password on the hosts: "


class SudoPassword:
    """Known from the inventory, asked for, or None."""

    def __init__(self, known: str | None, ask: AskPassword) -> None:
        self.value = known
        self._ask = ask

    def learn(self) -> bool:
        """Ask for it, if it is not known; whether that made a difference."""
        if self.value is not None:
            return False
        self.value = self._ask(PROMPT)
        return self.value is not None
