"""The demo: a target, the real command line, and a request through nginx."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import requests

from deploytasks.errors import StepFailed
from deploytasks.here.paths import seen_from
from deploytasks.targets.engine import Say
from deploytasks.targets.entry import write_entry
from deploytasks.targets.lifecycle import up
from deploytasks.targets.target import Target

NAME = "demo"
NEXT = ("status", "check", "logs", "releases", "rollback")
ANSWER_TIMEOUT_S = 10


def demo(app: Path, say: Say) -> Target:
    """The app in directory *app* is served by the target `demo` afterwards; run again, it changes nothing.

    Raises `StepFailed` if the deploy fails, `OSError` if nobody answers.
    """
    target = up(NAME, say=say)
    write_entry(target.inventory, NAME, f"{target.entry} app_name={app.name} app_source={app.resolve()}")
    deploy(target, say)
    answer = requests.get(target.url, timeout=ANSWER_TIMEOUT_S)
    say(f"\n{target.url} answers {answer.status_code}:\n{answer.text[:200].strip()}")
    say("\nNext, try:")
    for task in NEXT:
        say(f"  {' '.join(inv(task, target))}")
    say(f"  {program()} target.down --name {NAME}")
    return target


def deploy(target: Target, say: Say) -> None:
    argv = inv("deploy", target)
    say(f"$ {' '.join(argv)}")
    exit_code = subprocess.run(argv, check=False).returncode
    if exit_code:
        raise StepFailed(
            f"{NAME}: the deploy ended with exit code {exit_code}\nread its messages above", NAME
        )


def inv(task: str, target: Target) -> list[str]:
    return [program(), task, "--host", target.name, "--inventory", seen_from(target.inventory, ".")]


def program() -> str:
    return seen_from(Path(sys.executable).with_name("inv"), ".")
