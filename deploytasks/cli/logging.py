"""The tasks that stream lines from hosts: logs, run, sh."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from deploytasks.agent.regex import regex
from deploytasks.agent.release.questions import Logs, Run
from deploytasks.cli.asking import require_process, tell_errors
from deploytasks.cli.own_streams import OwnStreams, something_is_given
from deploytasks.errors import ConfigError
from deploytasks.fleet.applying import ask
from deploytasks.planning.standard import app_alone
from deploytasks.report import QuietReporter
from deploytasks.report.commands import are_read
from deploytasks.report.merged import MergedLines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deploytasks.agent.release.request import Question
    from deploytasks.cli.chosen import Chosen
    from deploytasks.fleet.manner import RolesOf
    from deploytasks.inventory import Host

    QuestionOf = Callable[[bool, bool], Question]
    """A question about a command, which may read what it is given, and may be told verbatim."""

SPAN = regex(r"\d+(s|min|m|h|d|w)")
"""A time span of systemd.time(7), by itself the time before now."""


def show_logs(chosen: Chosen, tail: bool, lines: int, since: str, grep: str, process: str) -> int:
    """Print the log lines of the chosen hosts in the order of their times."""
    _check_flags(lines, since, grep)
    require_process(process)
    lines_of = MergedLines(
        sys.stdout, os.environ, prefixed=len(chosen.hosts) > 1, json=chosen.json, follow=tail, timed=True
    )
    manner = chosen.manner("logs", reporter=lines_of)
    begins = f"{since} ago" if SPAN.fullmatch(since) else since
    results = ask(chosen.hosts, app_alone, Logs(tail, lines, begins, grep, process), manner)
    tell_errors(results)
    return results.exit_code


def run_command(chosen: Chosen, command: str, once: bool) -> int:
    """Run *command* in the app's environment on the chosen hosts, or on the first of them; print what it prints."""
    if not command.strip():
        raise ConfigError("say what is to run: inv run --command 'python manage.py check'")
    hosts = chosen.hosts[:1] if once else chosen.hosts
    return stream_command(
        chosen, "run", hosts, app_alone, lambda reads, verbatim: Run(command, reads, verbatim)
    )


def stream_command(
    chosen: Chosen, verb: str, hosts: Sequence[Host], roles: RolesOf, question_of: QuestionOf
) -> int:
    """Put the question of *question_of* to *hosts*, and print what they print; *verb* is what people typed.

    On one host it has this process' own streams, and its exit status is the exit code. Where a service reads along, its
    lines are kept from being commands.
    """
    if len(hosts) == 1 and not chosen.json and not are_read(os.environ):
        return _stream_here(chosen, verb, hosts, roles, question_of)
    if len(hosts) > 1 and something_is_given():
        raise ConfigError(
            "something is given on standard input, which is for one command on one host: choose one, or add < /dev/null"
        )
    lines_of = MergedLines(sys.stdout, os.environ, prefixed=len(hosts) > 1, json=chosen.json, follow=True)
    streams = OwnStreams() if len(hosts) == 1 else None
    manner = chosen.manner(
        verb, reporter=chosen.told(lines_of), streams=(lambda _: streams) if streams else None
    )
    results = ask(hosts, roles, question_of(bool(streams), False), manner)
    tell_errors(results)
    return results.exit_code


def _stream_here(
    chosen: Chosen, verb: str, hosts: Sequence[Host], roles: RolesOf, question_of: QuestionOf
) -> int:
    streams = OwnStreams()
    manner = chosen.manner(verb, reporter=chosen.told(QuietReporter()), streams=lambda _: streams)
    results = ask(hosts, roles, question_of(True, True), manner)
    if not streams.is_read:
        raise BrokenPipeError
    if all(recap.status is None for recap in results.values()):
        tell_errors(results)
    return results.exit_code


def _check_flags(lines: int, since: str, grep: str) -> None:
    if lines < 0:
        raise ConfigError(f"--lines {lines}: must be 0 or more")
    if re.search(r"[^\w\s:+.,/-]", since) or since.startswith("-"):
        raise ConfigError(f"--since {since!r}: expected a time such as '1 hour ago' or '2026-11-21 10:00'")
    try:
        re.compile(grep)
    except re.error as error:
        raise ConfigError(f"--grep {grep!r}: {error}") from error
