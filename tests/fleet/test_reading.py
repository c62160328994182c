"""The reading of sources is told while it lasts, and nothing of it stays, whatever is found."""

from __future__ import annotations

import pytest

from deploytasks import Inventory
from deploytasks.errors import SourceError
from deploytasks.fleet.ready_hosts import ready_hosts
from deploytasks.planning.standard import standard_roles
from deploytasks.report import Reading

APP = "def app(environ, start_response):\n    return []\n"


@pytest.fixture
def read(tmp_path):
    """What is told of a project with these files beside its app."""

    def told(**files: str) -> list[str]:
        source = tmp_path / "app"
        source.mkdir()
        for name, text in {"app.py": APP, **files}.items():
            (source / name).write_text(text)
        inventory = tmp_path / "inventory.ini"
        inventory.write_text(f"web1\n[all:vars]\napp_name=shop\napp_source={source}\napp_requirements=none\n")
        lines: list[str] = []
        reading = Reading(
            lambda line: lines.append(line.text), (0.0, 0.0), clear=lambda: lines.append("cleared")
        )
        try:
            ready_hosts(Inventory.load(inventory).hosts, standard_roles, {}, reading=reading)
        except SourceError:
            lines.append("refused")
        return lines

    return told


def test_it_is_told_and_taken_away(read):
    size = len(APP) + 3
    assert read(more="abc") == [
        f"reading the source: 0 files, {len(APP)} B",
        f"reading the source: 1 files, {size} B",
        "cleared",
    ]


def test_it_is_taken_away_when_the_source_is_refused(read):
    assert read(**{".env": "TOKEN=1"})[-2:] == ["cleared", "refused"]
