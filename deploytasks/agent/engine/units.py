"""What runs on a machine for long: its units, as far as the engine has to know of them."""

from __future__ import annotations

from typing import Iterable, Protocol, Sequence


class Units(Protocol):
    """The units of one machine, by the names that resources and actions give them; a name may be a pattern."""

    def look_at(self, names: Iterable[str]) -> None:
        """What is said of *names* from now on holds until ``look_anew``."""

    def look_anew(self) -> None:
        """Nothing that was seen holds any more."""

    def is_up(self, name: str) -> bool:
        """Whether *name* runs."""

    def start(self, names: Sequence[str]) -> None:
        """All of *names* run; raises ``StepError`` with the reason when one does not."""

    def let_leave(self, names: Sequence[str]) -> bool:
        """None of *names* is on its way out any more; whether any was. Raises ``StepError`` when one does not end."""


class NoUnits:
    """A machine that runs nothing."""

    def look_at(self, names: Iterable[str]) -> None:
        del names

    def look_anew(self) -> None:
        return

    def is_up(self, name: str) -> bool:
        del name
        return False

    def start(self, names: Sequence[str]) -> None:
        del names

    def let_leave(self, names: Sequence[str]) -> bool:
        del names
        return False
