"""Types of general use travel with the plan that needs them; an app's deploy has none of them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from deploytasks.agent.engine.types import MODULES
from deploytasks.delivery.agent_archive import agent_zip
from deploytasks.delivery.on_demand import AGENT, PLACES, is_on_demand, sources_on_demand
from tests.imports import PACKAGE, dotted
from tests.test_arrows import OURS

ON_DEMAND = [name for name, module in MODULES.items() if is_on_demand(module)]
THERE = """
import json, sys
sys.path.insert(0, sys.argv[1])
from deploytasks.agent.engine.shipped import import_shipped, shipped_sources
from deploytasks.agent.engine.plan import Plan
from deploytasks.agent.engine.types import import_types, type_called
import_types([sys.argv[2]])
try:
    type_called(sys.argv[2])
except ImportError:
    import_shipped(json.load(sys.stdin))
print(type_called(sys.argv[2]).__name__, *shipped_sources(Plan(())))
"""


@pytest.mark.parametrize("name", ON_DEMAND)
def test_a_type_comes_with_all_that_it_needs_and_is_kept_with_its_plan(name, tmp_path):
    (tmp_path / "agent.zip").write_bytes(agent_zip())
    sources = sources_on_demand([MODULES[name]])
    argv = [sys.executable, "-IS", "-c", THERE, str(tmp_path / "agent.zip"), name]
    done = subprocess.run(
        argv, input=json.dumps(sources), capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (done.stdout.split(), done.stderr) == ([name, *sources], "")


def test_what_is_in_the_archive_needs_nothing_that_is_not():
    reaching = [
        arrow
        for arrow in OURS
        if arrow.room == "agent" and is_on_demand(arrow.module) and not is_on_demand(dotted(arrow.source))
    ]
    assert [str(arrow) for arrow in reaching] == []


def test_each_place_is_there():
    paths = [PACKAGE / "agent" / place.replace(".", "/") for place in PLACES]
    assert [path for path in paths if not (path.is_dir() or path.with_suffix(".py").exists())] == []


def test_a_type_of_the_archive_does_not_travel_again():
    assert sources_on_demand([f"{AGENT}files.file"]) == {}
