"""Ansible is the judge of templates: we make of them what a task would be given, or refuse with file and line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deploytasks.errors import InventoryError
from deploytasks.inventory import Inventory
from tests.inventory.judge import asked, unwrapped, written
from tests.inventory.template_table import BESIDE, BOMBS, REFUSED_BY_BOTH, SAME, STRICTER

EVERY = [*SAME, *REFUSED_BY_BOTH, *(template for template in STRICTER if template not in BOMBS)]
NAMES = {template: f"t{number}" for number, template in enumerate([*SAME, *REFUSED_BY_BOTH, *STRICTER])}


def hosts_yml(templates: Mapping[str, str]) -> str:
    values = "\n    ".join(f"{name}: {json.dumps(template)}" for template, name in templates.items())
    return BESIDE.replace("VALUES", values)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("templates"), {"hosts.yml": hosts_yml(NAMES)})


@pytest.fixture(scope="module")
def judged(project: Path) -> Mapping[str, Mapping[str, Mapping]]:
    """What Ansible makes of each, by host and name."""
    question = {"directory": str(project), "sources": ["hosts.yml"], "values": [NAMES[one] for one in EVERY]}
    (answer,) = asked(project, [question], JUDGED="judged")
    return answer


@pytest.fixture
def ours(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, object]]:
    monkeypatch.chdir(project)
    monkeypatch.setenv("JUDGED", "judged")
    inventory = Inventory.load("hosts.yml")

    def value_of(template: str) -> dict[str, object]:
        return {host.name: json.loads(json.dumps(host.variables[NAMES[template]])) for host in inventory}

    return value_of


@pytest.mark.parametrize("template", SAME)
def test_a_template_makes_what_ansible_makes_of_it(template: str, judged, ours) -> None:
    theirs = {host: values[NAMES[template]] for host, values in judged.items()}
    assert {host: {"value": value} for host, value in ours(template).items()} == unwrapped(theirs)


@pytest.mark.parametrize("template", REFUSED_BY_BOTH)
def test_what_ansible_refuses_is_refused_with_its_line(template: str, judged, ours) -> None:
    assert all("error" in values[NAMES[template]] for values in judged.values())
    _assert_told(template, REFUSED_BY_BOTH[template], ours)


@pytest.mark.parametrize("template", STRICTER)
def test_what_would_be_another_value_each_time_or_take_for_ever_is_refused(
    template: str, judged, ours
) -> None:
    _assert_told(template, STRICTER[template], ours)


def _assert_told(template: str, message: str, ours: Callable[[str], object]) -> None:
    with pytest.raises(InventoryError) as error:
        ours(template)
    assert message in str(error.value)
    assert re.match(rf"hosts\.yml:[0-9]+: (?:{NAMES[template]}|gone|half): ", str(error.value))
    assert len(str(error.value).splitlines()) == 1
