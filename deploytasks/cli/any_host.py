"""The tasks for any host of the inventory, app or none: sh, fetch, put, facts, ping, reboot."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploytasks.agent.regex import regex
from deploytasks.agent.release.questions import Execute
from deploytasks.cli.asking import tell
from deploytasks.cli.logging import stream_command
from deploytasks.errors import ConfigError
from deploytasks.fleet import asking
from deploytasks.fleet.rebooting import reboot
from deploytasks.planning.standard import no_roles
from deploytasks.report import host_tables, one_document, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deploytasks.cli.chosen import Chosen
    from deploytasks.fleet.answers import Answers
    from deploytasks.report.page import Page

USER = regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?")


def run_anywhere(chosen: Chosen, command: str, user: str, timeout: int, once: bool) -> int:
    """Run *command* as *user*, or as who logs in, in that user's home."""
    if not command.strip():
        raise ConfigError("say what is to run: inv sh --command 'uptime'")
    if user and not USER.fullmatch(user):
        raise ConfigError(f"--user {user!r}: expected the name of a user")
    if timeout < 0:
        raise ConfigError(f"--timeout {timeout}: must be 0 or more seconds")
    hosts = chosen.named[:1] if once else chosen.named
    return stream_command(
        chosen,
        "sh",
        hosts,
        no_roles,
        lambda reads, verbatim: Execute(command, user, timeout, reads, verbatim),
    )


def fetch_file(chosen: Chosen, path: str, into: str) -> int:
    """Copy the file *path* of the chosen hosts to *into*/HOST/PATH."""
    if not path:
        raise ConfigError("say which file: inv fetch --path /var/log/syslog")
    answers = asking.fetch(chosen.named, path, into, manner=chosen.manner("fetch"))
    places = {name: str(place) for name, place in answers.items()}
    return _shown(chosen, answers, places, host_tables.places)


def put_file(chosen: Chosen, given: Mapping[str, str], check: bool, diff: bool) -> int:
    """Have a file of this machine on the chosen hosts: *given* are the flags that say which, where, and how."""
    if not (given["file"] and given["path"]):
        raise ConfigError("say which file and where to: inv put --file motd --path /etc/motd")
    manner = chosen.manner("put", reporter=chosen.reporter(show_diff=diff), check=check, diff=diff)
    rights = {name: given[name] for name in ("mode", "owner", "group")}
    results = asking.put(chosen.named, Path(given["file"]), given["path"], manner=manner, **rights)
    return results.exit_code or (3 if check and results.changed else 0)


def show_facts(chosen: Chosen) -> int:
    """What the chosen hosts are like."""
    answers = asking.facts(chosen.named, chosen.manner("facts"))
    return _shown(
        chosen, answers, {name: asdict(one) for name, one in answers.items()}, host_tables.descriptions
    )


def ping_hosts(chosen: Chosen) -> int:
    """Which of the chosen hosts answer."""
    answers = asking.ping(chosen.named, chosen.manner("ping"))
    return _shown(chosen, answers, dict(answers), host_tables.pings)


def reboot_hosts(chosen: Chosen, timeout: int) -> int:
    """Start the chosen hosts anew, and wait until they are back."""
    if timeout < 1:
        raise ConfigError(f"--timeout {timeout}: must be at least 1 second")
    answers = reboot(chosen.named, timeout_s=timeout, manner=chosen.manner("reboot"))
    return _shown(chosen, answers, dict(answers), host_tables.reboots)


def _shown(
    chosen: Chosen,
    answers: Answers[Any],
    document: dict[str, Any],
    page_of: Callable[[Mapping[str, Any]], Page],
) -> int:
    """A table for people and their errors, or one JSON document with both; the exit code."""
    if chosen.json:
        errors = {name: {"error": str(error)} for name, error in answers.errors.items()}
        print(one_document({**document, **errors}))
    elif document:
        tables.show(page_of(document), sys.stdout, os.environ)
    tell(answers.errors)
    return answers.exit_code
