"""The tasks that ask hosts, and those that start and stop processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from deploytasks.agent.conversation.visible import visible
from deploytasks.agent.regex import regex
from deploytasks.agent.release.questions import Processes
from deploytasks.cli.url import url_of
from deploytasks.errors import ConfigError, DeployError, NotTheAgent
from deploytasks.fleet.applying import ask
from deploytasks.planning.standard import app_alone
from deploytasks.report import Outlet, one_document, tables

NAME = regex(r"[A-Za-z0-9][A-Za-z0-9_-]*")

if TYPE_CHECKING:
    from deploytasks.agent.release.request import Question
    from deploytasks.cli.chosen import Chosen
    from deploytasks.fleet.results import Results


def show_answers(chosen: Chosen, question: Question) -> int:
    """Print what the hosts answer: a table for people, or one JSON document."""
    command = question.ask
    results = ask(chosen.hosts, app_alone, question, chosen.manner(command))
    results = believed(results, getattr(tables, command))
    answers = dict(results.answers)
    if command == "status":
        urls = {host.name: url_of(host) for host in chosen.hosts}
        answers = {name: {**answer, "url": urls[name] or None} for name, answer in answers.items()}
        answers.update({name: {"error": str(error)} for name, error in results.errors.items()})
    if chosen.json:
        print(one_document(answers))
    else:
        tables.show(getattr(tables, command)(answers), sys.stdout, os.environ)
    if command != "status":
        tell_errors(results)
    return results.exit_code


def believed(results: Results, understand: Callable[[Mapping[str, Any]], object]) -> Results:
    """*results* without the answers that nobody can *understand*, or show: no agent gives such a one."""
    lies: dict[str, DeployError] = {}
    for name, answer in results.answers.items():
        try:
            understand({name: answer})
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            lies[name] = NotTheAgent(f"{name}: what came is not from the agent: {error}", name)
    answers = {name: answer for name, answer in results.answers.items() if name not in lies}
    return replace(results, answers=answers, errors={**results.errors, **lies})


def act_on_processes(chosen: Chosen, act: str, process: str) -> int:
    """Start, stop or restart on the chosen hosts."""
    require_process(process)
    manner = chosen.manner(act, reporter=chosen.reporter())
    return ask(chosen.hosts, app_alone, Processes(act, process), manner).exit_code


def require_process(process: str) -> None:
    """Raise ``ConfigError`` for what no process can be called; which of them there are, the hosts know."""
    if process and not NAME.fullmatch(process):
        raise ConfigError(f"--process {process!r}: expected a name such as web or worker")


def tell_errors(results: Results) -> None:
    """What went wrong, and where, on standard error."""
    tell({name: error for name in results if (error := results.error_of(name))})


def tell(errors: Mapping[str, DeployError]) -> None:
    """The *errors* of hosts, by name, on standard error."""
    people = Outlet.of(sys.stderr, os.environ)
    for name, error in errors.items():
        told = str(error)
        if told:
            told = told if told.startswith(f"{name}:") else f"{name}: {told}"
            people.write(visible(told, but="\n") + "\n")
    people.flush()
