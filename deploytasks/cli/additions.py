"""What a tasks file adds to the shipped tasks: roles, callables around them, and reporters."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import TYPE_CHECKING, Any

from deploytasks.agent.frozen import frozen
from deploytasks.errors import ConfigError, DeployError

if TYPE_CHECKING:
    from deploytasks.planning.role import Role
    from deploytasks.report import Recap, Reporter

KEY = "deploytasks"
INTERRUPTED = 130


@frozen
class Occasion:
    """One run of a task that is going to change hosts.

    A run that only tells what it would change is none.

    *command* is the task's name, *hosts* are the names of the chosen hosts, *flags* the task's own flags by name.
    Afterwards *exit_code* tells how it ended, and *recap* what was done on which host; where the run ended
    before any host was contacted there is none, and *error* says why.
    """

    command: str
    hosts: tuple[str, ...]
    flags: Mapping[str, Any]
    exit_code: int | None = None
    recap: Recap | None = None
    error: str = ""


Callback = Callable[[Occasion], object]


@frozen
class Additions:
    """*roles* are part of every deploy, after the others; *before* and *after* are called around tasks.

    *reporters* are told every event beside what is shown.
    """

    roles: tuple[Role, ...] = ()
    before: tuple[Callback, ...] = ()
    after: tuple[Callback, ...] = ()
    reporters: tuple[Reporter, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    inventory: tuple[str, ...] = ()
    ansible_cfg: str = ""

    def __bool__(self) -> bool:
        return bool(self.roles or self.before or self.after or self.reporters)

    @classmethod
    def made_of(
        cls,
        roles: Iterable[Role],
        before: Callback | Iterable[Callback],
        after: Callback | Iterable[Callback],
        reporters: Iterable[Reporter],
        variables: Mapping[str, Any],
        inventory: str | Iterable[str],
        ansible_cfg: str,
    ) -> Additions:
        """As a tasks file gives them: one callable, or several; one source of the inventory, or several."""
        sources = (inventory,) if isinstance(inventory, str) else tuple(inventory)
        return cls(
            tuple(roles), _several(before), _several(after), tuple(reporters),
            dict(variables), tuple(filter(None, sources)), ansible_cfg,
        )  # fmt: skip

    @classmethod
    def of(cls, c: Any) -> Additions:
        """Those of the collection that the task of Invoke's context *c* was found in."""
        found = c.config.get(KEY) if getattr(c, "config", None) is not None else None
        additions = found.get("additions") if found else None
        return additions if isinstance(additions, cls) else cls()

    def tell_before(self, occasion: Occasion) -> None:
        """Call those before; raises ``Refused`` for one that raises: nothing has been contacted yet."""
        for callback in self.before:
            try:
                callback(occasion)
            except Exception as error:
                raise Refused(_told(f"before {occasion.command}", callback, error)) from error

    def tell_after(self, occasion: Occasion) -> bool:
        """Call all those after, however it ended; one that raises is told. Whether all went well."""
        failed = [callback for callback in self.after if not _went_well(callback, occasion)]
        return not failed


class Refused(ConfigError):
    """A callable of the tasks file has ended a task before it began."""

    exit_code = 1


@dataclass
class Memory:
    """A reporter that keeps the last recap."""

    recap_of_run: Recap | None = None

    def begin(self, command: str, hosts: Any) -> None:
        """Nothing is kept of it."""

    def event(self, host: str, event: Any) -> None:
        """Nothing is kept of it."""

    def tick(self) -> None:
        """Nothing is kept of it."""

    def recap(self, recap: Recap) -> None:
        """Keep it."""
        self.recap_of_run = recap


def around(additions: Additions, memory: Memory, occasion: Occasion, act: Callable[[], int | None]) -> int:
    """*act*, with the callables of *additions* before and after it; returns the exit code."""
    additions.tell_before(occasion)
    try:
        code = act() or 0
    except BaseException as error:
        usual = INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
        code = getattr(error, "exit_code", usual)
        told = str(error) or type(error).__name__
        additions.tell_after(replace(occasion, exit_code=code, recap=memory.recap_of_run, error=told))
        raise
    is_well = additions.tell_after(replace(occasion, exit_code=code, recap=memory.recap_of_run))
    return code or int(not is_well)


def aside(callback: Callback) -> Callback:
    """*callback*, whose output goes to standard error: the standard output is for somebody who reads what we print."""

    def told_aside(occasion: Occasion) -> object:
        with redirect_stdout(sys.stderr):
            return callback(occasion)

    return wraps(callback)(told_aside)


def _went_well(callback: Callback, occasion: Occasion) -> bool:
    try:
        callback(occasion)
    except Exception as error:  # noqa: BLE001 - whatever somebody's own code raises is told
        sys.stderr.write(_told(f"after {occasion.command}", callback, error) + "\n")
        return False
    return True


def _told(when: str, callback: Callback, error: Exception) -> str:
    """What a callable has raised; an error of ours is a sentence for people."""
    if isinstance(error, DeployError):
        return str(error)
    return f"{when}: {getattr(callback, '__name__', repr(callback))}: {type(error).__name__}: {error}"


def _several(callbacks: Callback | Iterable[Callback]) -> tuple[Callback, ...]:
    return (callbacks,) if callable(callbacks) else tuple(callbacks)
