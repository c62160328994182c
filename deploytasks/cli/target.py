"""The tasks that bring Docker targets up and down."""

from __future__ import annotations


def bring_up(name: str, image: str) -> None:
    """A target called *name*, and how to use it."""
    from deploytasks.targets import up

    target = up(name, image, say=print)
    print(f"{name} is up: --host {name} --inventory {target.inventory}")


def take_down(name: str) -> None:
    """The target called *name* is gone."""
    from deploytasks.targets import down

    down(name, say=print)
