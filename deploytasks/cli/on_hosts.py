"""A task on hosts: the flags that all of them take, and errors as messages with exit codes."""

from __future__ import annotations

import inspect
import os
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, wraps
from typing import Any

from invoke.exceptions import Exit
from invoke.tasks import task

from deploytasks.cli.additions import Additions, Occasion, around
from deploytasks.cli.byte_code import keep_byte_code
from deploytasks.cli.chosen import Chosen, whole_number
from deploytasks.cli.collector import seldom_collecting
from deploytasks.cli.core_flags import CoreFlags
from deploytasks.cli.standing import beside_tasks_file
from deploytasks.errors import ConfigError, DeployError
from deploytasks.here.signals import STOPPING

HELP = {
    "host": "host, group or Ansible pattern (default: $DEPLOYTASKS_HOST, else all hosts)",
    "inventory": (
        "inventory: a file, a directory, or h1,h2; repeatable "
        "(default: $DEPLOYTASKS_INVENTORY, $ANSIBLE_INVENTORY, ./inventory.ini)"
    ),
    "extra_vars": "k=v or @file.yml, over all other variables; repeatable",
    "vault_id": "[ID@]FILE, or prompt: where the password of ansible-vault is; repeatable",
    "forks": "how many hosts are worked on at a time",
    "json": "JSON Lines on standard output",
}
ALWAYS = "always"
COMMON: dict[str, Any] = {
    "host": None,
    "inventory": [],
    "extra_vars": [],
    "vault_id": [],
    "forks": 10,
    "json": False,
}


class Terminated(KeyboardInterrupt):
    """Told to stop by a signal: as Ctrl-C, with the exit code that a shell would give."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = 128 + number


def say_no_more(error: ConfigError) -> None:
    """What standard error says of *error* is all."""
    del error


def on_hosts(
    *, needs_host: bool = False, dry: str = "", changes: str = "", **help_: str
) -> Callable[[Callable[..., int | None]], Any]:
    """A task whose body gets a ``Chosen`` and its own flags, and returns its exit code or None for 0.

    *dry* is what Invoke's ``--dry`` is for it: ``always`` as it changes nothing, or the flag of its check mode; without
    one it is refused. *changes* is when it changes hosts: ``always``, with a flag, or ``not`` with one; never without.
    """

    def decorate(body: Callable[..., int | None]) -> Any:
        signature = _signature(body)

        @wraps(body)
        def wrapper(c: Any, *given: Any, **named: Any) -> None:
            keep_byte_code()
            with seldom_collecting(), beside_tasks_file(c) as typed:
                flags = typed.flags(_with_defaults(signature, c, given, named))
                common = {name: flags.pop(name) for name in COMMON}
                chosen = Chosen(**common, needs_host=needs_host, additions=Additions.of(c))

                def act() -> int | None:
                    nonlocal chosen
                    core = CoreFlags.of(c)
                    own = {**_with_numbers(body, flags), **_dry_run(body.__name__, dry, core.dry)}
                    chosen = _led_by(chosen, core)
                    if not (chosen.additions and _is_to_change(changes, own)):
                        return body(chosen, **own)
                    names = tuple(host.name for host in chosen.hosts)
                    occasion = Occasion(body.__name__, names, own)
                    return around(
                        chosen.callbacks(body.__name__), chosen.memory, occasion, lambda: body(chosen, **own)
                    )

                finish(act, lambda error: chosen.recap_of_mistake(body.__name__, error))

        vars(wrapper)["__signature__"] = signature
        return task(
            auto_shortflags=False, iterable=["extra_vars", "inventory", "vault_id"], help={**HELP, **help_}
        )(wrapper)

    return decorate


def _with_defaults(
    signature: inspect.Signature, c: Any, given: Sequence[Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    """The flags of a call, maybe by a task of somebody's own; those that it leaves out are as *signature* has them."""
    try:
        bound = signature.bind(c, *given, **named)
    except TypeError as error:
        raise Exit(f"a task was called amiss: {error}", code=ConfigError.exit_code) from None
    bound.apply_defaults()
    return {name: value for name, value in bound.arguments.items() if name != "c"}


def _dry_run(name: str, dry: str, wanted: bool) -> dict[str, bool]:
    """The flag with which a task changes nothing, if that is *wanted*; raises ``ConfigError`` where there is none."""
    if wanted and not dry:
        raise ConfigError(
            f"--dry: {name} has no check mode, and was not carried out; leave --dry out, or see inv check"
        )
    return {dry: True} if wanted and dry != ALWAYS else {}


def _is_to_change(changes: str, flags: Mapping[str, Any]) -> bool:
    """Whether a task with these *flags* is one that changes hosts, as *changes* has it (see ``on_hosts``)."""
    if changes in ("", ALWAYS):
        return changes == ALWAYS
    flag = changes.removeprefix("not ")
    return bool(flags[flag]) is (flag == changes)


def _led_by(chosen: Chosen, core: CoreFlags) -> Chosen:
    """*chosen*, with what the program's own flags say; raises ``ConfigError`` where both name hosts."""
    if core.host and chosen.host:
        raise ConfigError(
            f"both --hosts {core.host} and --host {chosen.host} are given; leave one of them out"
        )
    return replace(chosen, host=core.host or chosen.host, sudo_password=core.sudo_password)


def finish(act: Callable[[], int | None], on_mistake: Callable[[ConfigError], None] = say_no_more) -> None:
    """Run *act*; a user's mistake goes to *on_mistake*, and becomes its message on standard error and its exit code."""
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminate)
    try:
        code = act() or 0
    except DeployError as error:
        if isinstance(error, ConfigError):
            on_mistake(error)
        raise Exit(_told(str(error)), code=error.exit_code) from None
    except KeyboardInterrupt as pressed:
        raise Exit("stopped", code=getattr(pressed, "exit_code", 130)) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise Exit(code=0) from None
    if code:
        raise Exit(code=code)


def _told(error: str) -> str:
    """*error*, also where a service takes what is printed for commands."""
    from deploytasks.report.commands import are_read, without_commands

    return without_commands(error) if are_read(os.environ) else error


def finish_here(context: Any, name: str, act: Callable[[], int | None]) -> None:
    """As ``finish``, for the task *name*, which works on this machine alone and has no check mode."""

    def acted() -> int | None:
        _dry_run(name, "", CoreFlags.of(context).dry)
        return act()

    finish(acted)


def _terminate(number: int, frame: object) -> None:
    del frame
    raise Terminated(number)


def _signature(body: Callable[..., Any]) -> inspect.Signature:
    """Invoke's view: the context, the body's own flags, then those of all tasks."""
    own = list(inspect.signature(body).parameters.values())[1:]
    context = inspect.Parameter("c", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return inspect.Signature([context, *_plain(own), *_common()])


def _plain(parameters: Iterable[inspect.Parameter]) -> list[inspect.Parameter]:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return [parameter.replace(kind=kind, default=_as_typed(parameter.default)) for parameter in parameters]


@cache
def _common() -> list[inspect.Parameter]:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return [inspect.Parameter(name, kind, default=_as_typed(default)) for name, default in COMMON.items()]


def _as_typed(default: Any) -> Any:
    """Numbers are texts to Invoke, which has a traceback for one that is none."""
    return str(default) if type(default) is int else default


def _with_numbers(body: Callable[..., Any], flags: dict[str, Any]) -> dict[str, Any]:
    """*flags* as *body* wants them; raises ``ConfigError`` for a number that is none."""
    wanted = inspect.signature(body).parameters
    return {
        name: whole_number(name, value) if type(wanted[name].default) is int else value
        for name, value in flags.items()
    }
