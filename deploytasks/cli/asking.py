"""The tasks that ask hosts, and those that start and stop processes."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from deploytasks.errors import ConfigError
from deploytasks.report import tables
from deploytasks.run import ask
from deploytasks.standard import app_alone

if TYPE_CHECKING:
    from deploytasks.cli.chosen import Chosen
    from deploytasks.results import Results


def show_answers(chosen: Chosen, question: str) -> int:
    """Print what the hosts answer: a table for people, or one JSON document."""
    results = ask(chosen.hosts, app_alone, question, chosen.manner(question))
    answers = dict(results.answers)
    if question == "status":
        answers.update({name: {"error": str(error)} for name, error in results.errors.items()})
    if chosen.json:
        print(json.dumps(answers, indent=2))
    else:
        tables.show(getattr(tables, question)(answers), sys.stdout, os.environ)
    tell_errors(results)
    return results.exit_code


def act_on_processes(chosen: Chosen, act: str, process: str) -> int:
    """Start, stop or restart on the chosen hosts."""
    require_process(process)
    manner = chosen.manner(act, reporter=chosen.reporter())
    return ask(chosen.hosts, app_alone, "processes", manner, act=act).exit_code


def require_process(process: str) -> None:
    """Raise ``ConfigError`` for a name that no process of an app has; no name means all of them."""
    if process not in ("", "web"):
        raise ConfigError(f"--process {process}: the app has one process, web")


def tell_errors(results: Results) -> None:
    """What went wrong, on standard error."""
    for name in results:
        error = results.error_of(name)
        if error:
            print(error, file=sys.stderr)
