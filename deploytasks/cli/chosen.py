"""What the common flags of a command line chose: hosts, and how to go about it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks.agent.frozen import frozen
from deploytasks.cli.additions import Additions, Memory, aside
from deploytasks.cli.standing import sources
from deploytasks.errors import ConfigError, InventoryError
from deploytasks.verbs import verb

if TYPE_CHECKING:
    from deploytasks.fleet.manner import Manner
    from deploytasks.inventory import Host, Inventory
    from deploytasks.inventory.ansible_cfg import AnsibleCfg
    from deploytasks.inventory.vault import Vault
    from deploytasks.report import JsonReporter, Mood, Reading, Recap, Reporter

USUAL = "inventory.ini"
TASKS_FILES = ("tasks.py", "fabfile.py")


@frozen
class Chosen:
    """The hosts that ``--host`` names in the inventory that ``--inventory`` names."""

    host: str | None
    inventory: str | Iterable[str]
    extra_vars: Iterable[str]
    forks: int | str
    json: bool
    vault_id: Iterable[str] = ()
    needs_host: bool = False
    sudo_password: str | None = None
    additions: Additions = field(default_factory=Additions)
    memory: Memory = field(default_factory=Memory)

    @cached_property
    def all(self) -> Inventory:
        """The whole inventory."""
        from deploytasks.inventory import Inventory

        beside = "." if any(Path(name).exists() for name in TASKS_FILES) else None
        cfg = self._cfg()
        loaded = Inventory.load(
            *self._sources(cfg), beside=beside, vault=self._vault(cfg), defaults=cfg.settings
        )
        for word in loaded.words:
            print(word, file=sys.stderr)
        return loaded.with_variables(self.additions.variables, TASKS_FILES[0]).with_extra_vars(
            list(self.extra_vars)
        )

    def _cfg(self) -> AnsibleCfg:
        from deploytasks.inventory.ansible_cfg import found_cfg, read_cfg

        own = self.additions.ansible_cfg
        return read_cfg(own) if own and not os.environ.get("ANSIBLE_CONFIG") else found_cfg(os.environ)

    def _vault(self, cfg: AnsibleCfg) -> Vault:
        from deploytasks.inventory.vault import Vault, passwords_of

        ask = PasswordPrompt()
        return Vault(passwords_of(self.vault_id, os.environ, cfg.vault_ids, ask), ask)

    @cached_property
    def hosts(self) -> tuple[Host, ...]:
        """Those that are ``named`` and have an app; all of them where each only has a service for others."""
        return tuple(host for host in self.named if not self._serves_alone(host)) or self.named

    @cached_property
    def named(self) -> tuple[Host, ...]:
        """The chosen hosts, each with the roles that the tasks file adds; raises as ``_chosen_hosts`` does."""
        return tuple(replace(host, own_roles=self.additions.roles) for host in self._chosen_hosts())

    @staticmethod
    def _serves_alone(host: Host) -> bool:
        if "app_name" in host.variables:
            return False
        from deploytasks.planning.shared_services import serves_alone

        return serves_alone(host)

    def _chosen_hosts(self) -> tuple[Host, ...]:
        """Those that the flags name; raises ``InventoryError`` when the pattern chooses none, or is empty."""
        if self.host is None and self.needs_host:
            raise InventoryError("this task wants --host: it never works on all hosts by default")
        named, pattern = "--host", self.host
        if pattern is None:
            named, pattern = "$DEPLOYTASKS_HOST", os.environ.get("DEPLOYTASKS_HOST")
        if pattern is None:
            return self.all.hosts
        if not pattern.strip():
            raise InventoryError(
                f"{named} is empty; expected a host, a group or a pattern, or for all hosts: all"
            )
        return self.all.select(pattern)

    def manner(self, command: str, **more: Any) -> Manner:
        """How the run goes about it, as the flags say."""
        from deploytasks.fleet.manner import Manner

        forks = whole_number("forks", self.forks)
        if forks < 1:
            raise ConfigError(f"--forks {forks}: must be at least 1")
        if more.get("lock_wait_s", 0) < 0:
            raise ConfigError(f"--lock-wait {more['lock_wait_s']}: must be 0 or more seconds")
        ask = PasswordPrompt(self.sudo_password)
        return Manner(command=command, forks=forks, ask_password=ask, reading=self._reading, **more)

    def _reading(self) -> Reading:
        from deploytasks.report import reading_for, unseen

        return unseen() if self.json else reading_for(sys.stdout, os.environ)

    def reporter(self, *, show_diff: bool = False, mood: Mood | None = None) -> Reporter:
        """Live on a terminal, plain in a pipe, grouped in a pipeline, JSON Lines with ``--json``."""
        from deploytasks.report import DONE, reporter_for
        from deploytasks.report.pipeline import summary_of

        mood = mood or DONE
        summary = summary_of(os.environ, mood)
        beside = (summary,) if summary else ()
        if self.json:
            return self.told(self._json_reporter, *beside)
        shown = reporter_for(
            sys.stdout, sys.stderr, json=False, show_diff=show_diff, environ=os.environ, mood=mood
        )
        return self.told(shown, *beside)

    def told(self, shown: Reporter, *beside: Reporter) -> Reporter:
        """*shown*, and with it those *beside*, the one that a pipeline keeps, and those that the tasks file adds."""
        others = (
            *beside,
            *self._events,
            *((self.memory, *self.additions.reporters) if self.additions else ()),
        )
        if not others:
            return shown
        from deploytasks.report import SeveralReporters

        return SeveralReporters(shown, others)

    @cached_property
    def _events(self) -> tuple[JsonReporter, ...]:
        from deploytasks.report.pipeline import events_of

        return tuple(events_of(os.environ))

    def callbacks(self, command: str) -> Additions:
        """The additions; where standard output is for somebody who reads it, their words go to standard error."""
        if not (self.json or verb(command).prints):
            return self.additions
        before, after = (
            tuple(map(aside, callbacks)) for callbacks in (self.additions.before, self.additions.after)
        )
        return replace(self.additions, before=before, after=after)

    def recap_of_mistake(self, command: str, error: ConfigError) -> None:
        """A run that ended before its recap because of the user's mistake has one all the same, for who reads along."""
        from deploytasks.report import Recap
        from deploytasks.report.pipeline import tell_mistake

        recap = Recap(command, error.exit_code, 0.0, {}, str(error))
        with suppress(ConfigError):  # the mistake may be the very name of the file for the events
            self._tell_scripts(recap)
        tell_mistake(command, str(error), os.environ, sys.stderr)

    def _tell_scripts(self, recap: Recap) -> None:
        for reporter in (*((self._json_reporter,) if self.json else ()), *self._events):
            if not reporter.has_recapped:
                reporter.recap(recap)

    @cached_property
    def _json_reporter(self) -> JsonReporter:
        from deploytasks.report import JsonReporter, Outlet

        return JsonReporter(Outlet.of(sys.stdout, os.environ), Outlet.of(sys.stderr, os.environ))

    def _sources(self, cfg: AnsibleCfg) -> list[str]:
        named = (
            sources(self.inventory)
            or list(self.additions.inventory)
            or ([] if Path(USUAL).exists() else cfg.inventory)
        )
        if not named and not Path(USUAL).exists():
            raise InventoryError(
                f"no inventory: there is no ./{USUAL}\nname one with --inventory, or make one with: inv init"
            )
        return named or [USUAL]


def whole_number(flag: str, value: int | str) -> int:
    """The number that was typed for *flag*; raises ``ConfigError`` for anything else."""
    try:
        return int(value)
    except ValueError:
        raise ConfigError(f"--{flag.replace('_', '-')} {value!r}: expected a whole number") from None


class PasswordPrompt:
    """Asks the person at the terminal, each question once for all hosts; nobody there: None.

    An answer is for the question that asked for it alone: a key's passphrase is no password for sudo; a one-time
    question is asked each time. *sudo* is a password that was asked for before.
    """

    def __init__(self, sudo: str | None = None) -> None:
        from deploytasks.transport.sudo import PROMPT

        self._lock = threading.Lock()
        self._answers: dict[str, str | None] = {PROMPT: sudo} if sudo else {}

    def __call__(self, prompt: str) -> str | None:
        from deploytasks.transport.second_factor import OneTime

        with self._lock:
            if isinstance(prompt, OneTime):
                return self._ask(prompt)
            if prompt not in self._answers:
                self._answers[prompt] = self._ask(prompt)
            return self._answers[prompt]

    def _ask(self, prompt: str) -> str | None:
        from deploytasks.transport.keyboard import is_typed

        if not is_typed():
            return None
        from getpass import getpass

        return getpass(prompt) or None
