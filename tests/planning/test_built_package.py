"""What only a build knows of an app that is a package is built from a copy, with the history of the source."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deploytasks.planning.project import Project

PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["build"]

[project]
name = "shop"
dynamic = ["version"]
dependencies = []

[project.scripts]
shop = "shop:main"
"""
BACKEND = '''\
"""Stands in for setuptools_scm: the version is that of the tag, and a module is made that says it."""
import pathlib
import subprocess
import zipfile

def build_wheel(directory, config_settings=None, metadata_directory=None):
    said = subprocess.run(["git", "describe", "--tags", "--dirty=+changed"], stdout=subprocess.PIPE, check=True)
    version = said.stdout.decode().strip()
    name = f"shop-{version}-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(directory, name), "w") as wheel:
        wheel.writestr("shop/__init__.py", pathlib.Path("src/shop/__init__.py").read_bytes())
        wheel.writestr("shop/_version.py", f"version = {version!r}\\n")
        wheel.writestr(f"shop-{version}.dist-info/METADATA", f"Name: shop\\nVersion: {version}\\n")
        wheel.writestr(f"shop-{version}.dist-info/entry_points.txt", "[console_scripts]\\nshop = shop:main\\n")
        wheel.writestr(f"shop-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr(f"shop-{version}.dist-info/RECORD", "")
    return name
'''


def git(root: Path, *words: str) -> str:
    argv = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(root), *words]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of a repository with a tag; a file of it stays at home."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "work/shop"
    files = {
        "pyproject.toml": PYPROJECT,
        "build/backend.py": BACKEND,
        "src/shop/__init__.py": "from flask import Flask\nfrom shop._version import version\napp = Flask(__name__)\n",
        "docs/long.md": "stays here\n",
        ".deployignore": "docs/\n",
        "requirements.txt": "flask\n",
        "wsgi.py": "from shop import app\n",
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(tmp_path / "work", "init", "--quiet")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "one")
    git(root, "tag", "1.4.2")
    return root


def files_of(project: Project) -> dict[str, bytes]:
    found = project.source
    return {entry.name: found.read(entry.digest) for entry in found.manifest if not entry.is_directory}


def test_a_version_that_git_says_and_the_module_that_is_made_of_it_are_in_the_release(source: Path) -> None:
    project = Project.read(str(source))
    assert project.told == ()
    assert project.package is not None
    assert (project.package.version, project.package.directories) == ("1.4.2", ("src",))
    files = files_of(project)
    assert files["src/shop/_version.py"] == b"version = '1.4.2'\n"
    assert files[".installed/shop-1.4.2.dist-info/METADATA"] == b"Name: shop\nVersion: 1.4.2\n"
    assert b"from shop import main" in files[".installed/bin/shop"]
    assert git(source, "status", "--porcelain", "--ignored") == ""


def test_a_changed_file_and_a_new_tag_make_another_version(source: Path) -> None:
    Project.read(str(source))
    (source / "wsgi.py").write_text("from shop import app  # changed\n")
    changed = Project.read(str(source)).package
    git(source, "commit", "--quiet", "-am", "two")
    git(source, "tag", "1.5")
    tagged = Project.read(str(source)).package
    assert changed is not None
    assert tagged is not None
    assert (changed.version, tagged.version) == ("1.4.2+changed", "1.5")


def test_an_app_that_cannot_be_built_is_deployed_without_its_metadata_and_that_is_told(source: Path) -> None:
    (source / "build/backend.py").write_text("raise RuntimeError('no compiler today')\n")
    project = Project.read(str(source))
    assert project.package is None
    (told,) = project.told
    assert told.startswith(
        "the app itself is not installed, as only a build knows its version: no wheel could be built"
    )
    assert "no compiler today" in told
