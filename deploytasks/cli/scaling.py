"""The task that tells and changes how many of a process there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploytasks.agent.release.questions import Scale
from deploytasks.cli.asking import require_process, show_answers
from deploytasks.errors import ConfigError
from deploytasks.fleet.applying import ask
from deploytasks.planning.standard import app_alone

if TYPE_CHECKING:
    from deploytasks.cli.chosen import Chosen

MOST = 1000
DEFAULT = "default"


def scale_process(chosen: Chosen, process: str, workers: str) -> int:
    """Give *process* so many *workers*, a number or ``default``, on the chosen hosts; without one show the numbers."""
    require_process(process)
    if not workers:
        _refuse(process)
        return show_answers(chosen, Scale())
    if workers != DEFAULT and not (workers.isdecimal() and workers.isascii() and int(workers) <= MOST):
        raise ConfigError(f"--workers {workers}: expected a number from 0 to {MOST}, or {DEFAULT}")
    manner = chosen.manner("scale", reporter=chosen.reporter())
    return ask(chosen.hosts, app_alone, Scale(process, workers), manner).exit_code


def _refuse(process: str) -> None:
    if process:
        raise ConfigError(
            f"--process {process}: say --workers N, too; without both, inv scale shows all numbers"
        )
