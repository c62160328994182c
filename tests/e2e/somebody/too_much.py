"""A role whose resource type wants Fabric on the host."""

from __future__ import annotations

from dataclasses import dataclass

import fabric

from deploytasks import Step
from deploytasks.agent.resource import Resource


@dataclass(frozen=True)
class Greedy(Resource):
    """Something that needs more than the standard library."""

    name: str = fabric.__name__


@dataclass(frozen=True)
class Vars:
    """No variables."""


def steps(host, v):
    yield Step("be greedy", Greedy())
