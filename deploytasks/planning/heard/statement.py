"""What was said in a source, and what it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from deploytasks.agent.frozen import frozen
from deploytasks.inventory.origin import Origin, Setting

if TYPE_CHECKING:
    from deploytasks.source.processes.web_command import Said


@frozen
class Statement:
    """The source says at *where* that the setting *name* of a server is *value*."""

    where: Origin
    name: str
    value: Said


@frozen
class Variable:
    """What was heard: the variable *name* with its setting."""

    name: str
    setting: Setting


Heard: TypeAlias = Iterator[Variable | str]
"""Variables, and a note of each thing that becomes none."""
