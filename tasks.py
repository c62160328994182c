"""This repository's front door: ``inv --list``."""

from pathlib import Path

from invoke.context import Context
from invoke.tasks import Task

from deploytasks.cli.on_hosts import finish
from deploytasks.tasks import ns

HELLO = Path(__file__).parent / "examples" / "hello"


def demo(c: Context) -> None:
    """A local Debian host in Docker, and examples/hello deployed to it over SSH."""
    del c
    finish(_demo)


def _demo() -> None:
    from deploytasks.targets.demo import demo as run_demo

    run_demo(HELLO, say=lambda line: print(line, flush=True))


ns.add_task(Task(demo, name="demo"))
