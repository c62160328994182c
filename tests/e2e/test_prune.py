"""What a rollback does not need goes when a person says so."""

from __future__ import annotations

import pytest

from tests.e2e.project import Project

CACHES = ["empty the package cache"]


@pytest.fixture
def pruned(web, tmp_path_factory) -> Project:
    """An app with several releases."""
    project = Project.make("pruned", tmp_path_factory.mktemp("pruned"), web)
    project.deploy()
    return project


@pytest.mark.fault(84)
def test_prune_tells_what_would_go_and_leaves_what_a_rollback_needs(pruned):
    for version in ("three", "four", "five"):
        pruned.code(version)
        pruned.deploy()
    releases = pruned.releases
    told = pruned.inv("prune")
    assert (told.exit_code, told.changed, pruned.releases) == (3, [*CACHES, "prune old releases"], releases)
    assert releases[0] in str(told.events)
    assert pruned.inv("prune", "--yes").exit_code == 0
    assert pruned.releases == releases[-2:]
    assert pruned.says["version"] == "five"
    assert (pruned.inv("prune", "--yes").changed, pruned.deploy().changed) == ([], [])
    assert pruned.inv("rollback").exit_code == 0
    assert pruned.says["version"] == "four"
