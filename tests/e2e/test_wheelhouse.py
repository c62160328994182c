"""A host that reaches no package index gets its dependencies, and uv, from the controller."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.project import Project

REJECT = ["OUTPUT", "-m", "conntrack", "--ctstate", "NEW", "!", "-o", "lo", "-j", "REJECT"]


@pytest.fixture
def cut_off(web, tmp_path_factory) -> Iterator[Project]:
    """An app whose host can be reached and reaches nobody, and has lost its installer."""
    project = Project.make("cutoff", tmp_path_factory.mktemp("cutoff"), web)
    project.deploy()
    web.run(["rm", "-rf", "/opt/deploytasks", "/var/cache/deploytasks"])
    web.run(["iptables", "-I", *REJECT])
    yield project
    web.run(["iptables", "-D", *REJECT])


def test_a_host_without_an_index_gets_wheels_and_a_rollback_needs_none(cut_off):
    cut_off.depend_on("2.2.0")
    assert "package index unreachable from this host" in cut_off.inv("deploy").messages
    cut_off.configure(wheelhouse=True)
    cut_off.code("two")
    run = cut_off.deploy()
    assert {"install uv", "install the dependencies"} <= set(run.changed)
    assert cut_off.says["version"] == "two"
    installed = cut_off.target.run(
        [f"{cut_off.root}/current/venv/bin/python", "-c", "import itsdangerous as it; print(it.__version__)"]
    )
    assert installed.stdout == "2.2.0\n"
    assert cut_off.deploy().changed == []
    assert cut_off.inv("rollback").exit_code == 0
    assert cut_off.says["version"] == "one"
