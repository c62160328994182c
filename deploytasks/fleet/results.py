"""How a run ended on each host, as a library's user reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from deploytasks.agent.engine.events import Outcome
from deploytasks.agent.frozen import frozen
from deploytasks.errors import DeployError, Locked, NotPutBack, StepFailed
from deploytasks.report import HostRecap

GRAVEST_FIRST = (8, 1, 2, 6, 4, 3)
INTERRUPTED = 130


@frozen
class Results(Mapping[str, HostRecap]):
    """One ``HostRecap`` for each host, by name.

    *answers* holds what hosts answered to a question.
    """

    hosts: Mapping[str, HostRecap]
    errors: Mapping[str, DeployError] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    interrupted: int = 0
    answered_at: Mapping[str, float] = field(default_factory=dict)
    """When each answer came, in seconds since the epoch."""

    def __getitem__(self, name: str) -> HostRecap:
        return self.hosts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.hosts)

    def __len__(self) -> int:
        return len(self.hosts)

    @property
    def changed(self) -> bool:
        """Whether any host was changed, or would be."""
        return any(recap.outcome is Outcome.CHANGED for recap in self.hosts.values())

    @property
    def exit_code(self) -> int:
        """The gravest of the hosts' exit codes.

        The order is 8, 1, 2, 6, 4, 3; it is 130 when the run was interrupted.

        When a command was run on a single host, it is the command's own.
        """
        if self.interrupted:
            return self.interrupted
        if len(self.hosts) == 1:
            (only,) = self.hosts.values()
            if only.status is not None:
                return only.status
        codes = {self.code_of(name) for name in self.hosts}
        return min(codes, key=_gravity, default=0)

    def code_of(self, name: str) -> int:
        """The exit code that this host alone would give."""
        error = self.error_of(name)
        return error.exit_code if error else 0

    def error_of(self, name: str) -> DeployError | None:
        """What went wrong on this host, or None."""
        recap = self.hosts[name]
        if name in self.errors:
            return self.errors[name]
        if recap.outcome is Outcome.FAILED:
            kind = StepFailed if recap.put_back else NotPutBack
            return kind(f"{name}: {recap.step or 'failed'}: {recap.error}", name, recap.step, recap.output)
        if recap.outcome is Outcome.LOCKED:
            return Locked(f"{name}: {recap.error}; to wait for it: --lock-wait 60", name)
        return None

    def raise_for_failures(self) -> None:
        """Raise the gravest host's error, if any failed."""
        failed = [error for error in map(self.error_of, self.hosts) if error]
        if failed:
            raise min(failed, key=lambda error: _gravity(error.exit_code))


def _gravity(code: int) -> int:
    """The place of *code* among the gravest; 0, success, comes last."""
    if code in GRAVEST_FIRST:
        return GRAVEST_FIRST.index(code)
    return len(GRAVEST_FIRST) + (code == 0)
