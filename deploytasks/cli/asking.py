"""The tasks that ask hosts, and those that start and stop processes."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING

from deploytasks.errors import ConfigError
from deploytasks.report import tables
from deploytasks.run import ask
from deploytasks.standard import app_alone

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")

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
    if question != "status":
        tell_errors(results)
    return results.exit_code


def act_on_processes(chosen: Chosen, act: str, process: str) -> int:
    """Start, stop or restart on the chosen hosts."""
    require_process(process)
    manner = chosen.manner(act, reporter=chosen.reporter())
    return ask(chosen.hosts, app_alone, "processes", manner, act=act, process=process).exit_code


def require_process(process: str) -> None:
    """Raise ``ConfigError`` for what no process can be called; which of them there are, the hosts know."""
    if process and not NAME.fullmatch(process):
        raise ConfigError(f"--process {process!r}: expected a name such as web or worker")


def tell_errors(results: Results) -> None:
    """What went wrong, and where, on standard error."""
    for name in results:
        error = str(results.error_of(name) or "")
        if error:
            print(error if error.startswith(f"{name}:") else f"{name}: {error}", file=sys.stderr)
