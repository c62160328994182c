"""An app that is a package is installed into its release, for all that runs of it alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deploytasks.testing.rendering import files
from tests.roles.rendered import DEFAULT, plan_with

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "shop"
version = "1.4"
dependencies = ["flask"]

[project.scripts]
shop-worker = "shop.work:main"
"""
INSTALLED = "/app/code/.installed"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "src/shop").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "src/shop/__init__.py").write_text("VERSION = 'one'\n")
    (tmp_path / "wsgi.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n")
    (tmp_path / "Procfile").write_text("worker: shop-worker\nrelease: shop-worker --prepare\n")
    return tmp_path


def texts(source: Path, **variables: Any) -> dict[str, str]:
    """What the plan writes, by path within the release, in which that is called CODE."""
    plan = plan_with({**DEFAULT, "app_source": str(source), **variables})
    release = f"/releases/{plan.release}/"
    return {
        path.partition(release)[2]: text.replace(f"/srv/hello{release}", "RELEASE/")
        for path, text in files(plan)
        if release in path
    }


def test_modules_and_metadata_are_found_by_all_that_runs(source: Path) -> None:
    written = texts(source)
    assert 'PYTHONPATH="RELEASE/code:RELEASE/code/src:RELEASE/code/.installed"\n' in written["env"]
    for program in ("bin/web", "bin/worker", "bin/release"):
        assert "PATH=RELEASE/code/.installed/bin:RELEASE/venv/bin:$PATH\n" in written[program]


def test_a_path_that_the_inventory_says_comes_first(source: Path) -> None:
    env = texts(source, app_env={"PYTHONPATH": "/opt/more"})["env"]
    assert 'PYTHONPATH="/opt/more:RELEASE/code:RELEASE/code/src:RELEASE/code/.installed"\n' in env


def test_apache_which_heeds_no_environment_is_told_them(source: Path) -> None:
    config = texts(source, app_server="mod_wsgi")["httpd.conf"]
    assert "python-path=RELEASE/wsgi:RELEASE/code:RELEASE/code/src:RELEASE/code/.installed " in config


def test_an_image_has_its_commands_in_its_path(source: Path) -> None:
    written = texts(source, app_runtime="docker")
    assert f"ENV PATH={INSTALLED}/bin:/app/venv/bin:$PATH" in written["Dockerfile"]
    assert f'PYTHONPATH="/app/code:/app/code/src:{INSTALLED}"\n' in written["env"]


def test_another_version_of_the_app_has_the_same_environment(source: Path) -> None:
    def venv() -> str:
        steps = plan_with({**DEFAULT, "app_source": str(source)}).steps
        return next(step.resource.path for step in steps if step.name == "install the dependencies")

    first = venv()
    (source / "src/shop/__init__.py").write_text("VERSION = 'two'\n")
    (source / "pyproject.toml").write_text(PYPROJECT.replace("1.4", "1.5"))
    assert venv() == first


def test_an_app_that_is_no_package_has_no_such_path(source: Path) -> None:
    (source / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask"]\n'
    )
    written = texts(source)
    assert 'PYTHONPATH="RELEASE/code"\n' in written["env"]
    assert ".installed" not in written["bin/web"]
