"""What can go wrong, as a tree; the last line of each message says what to do next.

::

    DeployError                 exit code
    ├── ConfigError                     5  nothing was contacted
    │   ├── InventoryError
    │   ├── VariableError
    │   ├── SourceError
    │   └── PlanError
    ├── HostError                          one host
    │   ├── Unreachable                 4
    │   ├── HostKeyError                4
    │   ├── LoginRefused                4
    │   ├── SudoRefused                 4
    │   ├── NoPython                    4
    │   ├── NotTheAgent                 4  what came is nothing that an agent says
    │   ├── Locked                      6
    │   └── AgentCrashed                8  the host's journal knows how far it came
    ├── StepFailed                      2  the host serves what it served before
    └── NotPutBack                      8  a step failed, and not all is as it was
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, ClassVar

from deploytasks.agent.conversation.visible import visible

if TYPE_CHECKING:
    Ending = Exception
else:
    Ending = getattr(sys.modules.get("invoke.exceptions"), "Exit", Exception)
    """What Invoke and Fabric end with, saying its message and no traceback, where it is they who run this."""


class DeployError(Ending):
    """The base of all errors that a user can meet.

    Its text has no password of a URL, and control characters are escaped in it: it may end on a terminal.

    Raised in a task of Invoke or Fabric, it ends the program with its message and ``exit_code``.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str = "") -> None:
        Exception.__init__(self, message)

    def __str__(self) -> str:
        return visible(Exception.__str__(self), but="\n\t")

    @property
    def message(self) -> str:
        """What Invoke prints."""
        return str(self)

    @property
    def code(self) -> int:
        """What Invoke exits with."""
        return self.exit_code


class ConfigError(DeployError):
    """Something written by the user cannot be carried out; no host was contacted."""

    exit_code = 5


class InventoryError(ConfigError):
    """The inventory, its variable files or a host pattern is wrong."""


class VariableError(ConfigError):
    """A role's variable is unknown, of the wrong type or out of range."""


class SourceError(ConfigError):
    """The app's directory does not hold what a deploy needs."""


class PlanError(ConfigError):
    """A role cannot turn this host into steps."""


class HostError(DeployError):
    """*host* could not be worked on."""

    exit_code = 4

    def __init__(self, message: str, host: str = "") -> None:
        super().__init__(message)
        self.host = host


class Unreachable(HostError):
    """No SSH conversation with the host, or it broke off."""


class HostKeyError(HostError):
    """The host's key is unknown or is not the one that was known."""


class LoginRefused(HostError):
    """The host is there and lets this user not in."""


class SudoRefused(HostError):
    """The login user may not become root."""


class NoPython(HostError):
    """The host has no Python that can run the agent."""


class Locked(HostError):
    """Somebody else's deploy of this app is under way on the host."""

    exit_code = 6


class NotTheAgent(HostError):
    """What came from *host* is nothing that an agent says."""


class AgentCrashed(HostError):
    """The agent ended without its closing event: what became of *host* is in its journal."""

    exit_code = 8


class StepFailed(DeployError):
    """*step* did not converge on *host*; what was done before it has been undone."""

    exit_code = 2

    def __init__(self, message: str, host: str = "", step: str = "", output: str = "") -> None:
        super().__init__(message)
        self.host = host
        self.step = step
        self.output = output


class NotPutBack(StepFailed):
    """A step failed and the host could not be brought back to what it was."""

    exit_code = 8
