"""The versions that a host's package index offers (apt-cache(8) ``policy``)."""

from __future__ import annotations

import re
from typing import Dict, Sequence

from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.regex import regex

BLOCK = regex(r"^(\S+):\n(?:  .*\n)*?  Candidate: (\S+)$", re.MULTILINE)
NONE = "(none)"


def candidates(machine: Machine, names: Sequence[str]) -> Dict[str, str]:
    """The version of each of *names* that an installation would bring; those that there is none of are left out."""
    done = machine.ask(["apt-cache", "policy", "--", *names])
    found = dict(BLOCK.findall(done.stdout)) if done.ok else {}
    return {name: version for name, version in found.items() if version != NONE}
