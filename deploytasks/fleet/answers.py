"""What hosts answered, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Generic, TypeVar

from deploytasks.agent.frozen import frozen

if TYPE_CHECKING:
    from deploytasks.errors import DeployError
    from deploytasks.fleet.results import Results

T = TypeVar("T")


@frozen
class Answers(Mapping[str, T], Generic[T]):
    """What each host answered, by its name.

    *errors* are those of hosts that did not answer, or that failed in doing it. *exit_code* is what a command that
    asked so ends with.
    """

    given: Mapping[str, T]
    errors: Mapping[str, DeployError] = field(default_factory=dict)
    exit_code: int = 0

    def __getitem__(self, name: str) -> T:
        return self.given[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.given)

    def __len__(self) -> int:
        return len(self.given)

    def raise_for_failures(self) -> None:
        """Raise the error of the first host that has one."""
        for error in self.errors.values():
            raise error

    @classmethod
    def of(cls, results: Results, given: Mapping[str, T]) -> Answers[T]:
        """Those *given* in a run that had these *results*."""
        errors = {name: error for name in results if (error := results.error_of(name))}
        return cls(given, errors, results.exit_code)


@frozen
class Ran:
    """How a command ended, and what it printed.

    The exit *status* of one that a signal has ended is 128 and the signal's number.
    """

    status: int
    stdout: bytes
    stderr: bytes

    @property
    def ok(self) -> bool:
        return self.status == 0

    @property
    def text(self) -> str:
        """Its standard output, without the line ends behind it.

        What is no UTF-8 is replaced.
        """
        return self.stdout.decode("utf-8", "replace").rstrip("\n")
