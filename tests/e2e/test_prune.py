"""What a rollback does not need goes when a person says so."""

from __future__ import annotations

import pytest

from tests.e2e.project import Project


@pytest.fixture
def grown(web, tmp_path_factory) -> Project:
    """An app with several releases."""
    project = Project.make("grown", tmp_path_factory.mktemp("grown"), web)
    project.deploy()
    return project


def test_prune_tells_what_would_go_and_leaves_what_a_rollback_needs(grown):
    for version in ("three", "four", "five"):
        grown.code(version)
        grown.deploy()
    releases = grown.releases
    told = grown.inv("prune")
    assert (told.exit_code, told.changed, grown.releases) == (3, ["prune old releases"], releases)
    assert releases[0] in str(told.events)
    assert grown.inv("prune", "--yes").exit_code == 0
    assert grown.releases == releases[-2:]
    assert grown.says["version"] == "five"
    assert (grown.inv("prune", "--yes").changed, grown.deploy().changed) == ([], [])
    assert grown.inv("rollback").exit_code == 0
    assert grown.says["version"] == "four"
