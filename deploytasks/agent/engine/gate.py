"""Where a run may have to wait before it goes on."""

from __future__ import annotations

from typing import Protocol

from deploytasks.agent.engine.phase import Phase


class Gate(Protocol):
    """Before its first change in a phase a run passes it; of what is done once for many, one that *leads* does it."""

    @property
    def leads(self) -> bool: ...

    def pass_into(self, phase: Phase) -> None:
        """Wait, if need be; raises ``HeldBack`` or ``Stopped``."""


class OpenGate:
    """A run that waits for nobody."""

    leads = True

    def pass_into(self, phase: Phase) -> None:
        del phase
