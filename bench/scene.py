"""What is measured: a case, on so many hosts, over a line of such a round trip."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bench.delivery import Delivery


class Case(enum.Enum):
    """What a run does."""

    FIRST = "first"
    NOOP = "noop"
    REDEPLOY = "redeploy"
    ROLLBACK = "rollback"
    MANY = "many"
    SYNC = "sync"
    LARGE = "large"
    IDLE = "idle"

    @property
    def title(self) -> str:
        return TITLES[self]

    @property
    def files(self) -> int:
        """How many files the source has."""
        return 5000 if self in {Case.MANY, Case.SYNC} else 30

    @property
    def large_mb(self) -> int:
        """The size of the one large file that the source has besides; 0 if there is none."""
        return 500 if self is Case.LARGE else 0

    @property
    def delivery(self) -> Delivery:
        return DELIVERIES.get(self, Delivery.ARCHIVE)

    @property
    def bases(self) -> tuple[str, ...]:
        """Whose times the others' are compared to."""
        return ("python -c pass",) if self is Case.IDLE else ("ssh", "shell", "deploytasks")


DELIVERIES = {Case.SYNC: Delivery.DIRECTORY, Case.LARGE: Delivery.FILE}

TITLES = {
    Case.FIRST: "First run on a bare host",
    Case.NOOP: "Nothing differs",
    Case.REDEPLOY: "Code-only redeploy, 30 files",
    Case.ROLLBACK: "Rollback",
    Case.MANY: "Code-only redeploy, one of 5 000 files differs, peers bring an archive",
    Case.SYNC: "Code-only redeploy, one of 5 000 files differs, peers synchronize the directory",
    Case.LARGE: "Code-only redeploy with a new file of 500 MB that does not compress",
    Case.IDLE: "Only to start",
}


@dataclass(frozen=True)
class Scene:
    """One table of the report."""

    case: Case
    hosts: int = 1
    rtt_ms: int = 0

    def __str__(self) -> str:
        if not self.hosts:
            return self.case.title
        hosts = "one host" if self.hosts == 1 else f"{self.hosts} hosts"
        line = f", {self.rtt_ms} ms of round trip" if self.rtt_ms else ""
        return f"{self.case.title}, {hosts}{line}"


SCENES = (
    Scene(Case.IDLE, hosts=0),
    *(Scene(case) for case in Case if case is not Case.IDLE),
    Scene(Case.NOOP, rtt_ms=50),
    Scene(Case.REDEPLOY, rtt_ms=50),
    Scene(Case.NOOP, hosts=10),
    Scene(Case.REDEPLOY, hosts=10),
    Scene(Case.NOOP, hosts=50),
    Scene(Case.REDEPLOY, hosts=50),
    Scene(Case.NOOP, hosts=100),
)
