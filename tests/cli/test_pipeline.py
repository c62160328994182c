"""The files for services that run pipelines: valid by their schemas, written once, where the services look."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploytasks import __version__
from deploytasks.source import Source

PLACES = {"github": ".github/workflows/deploy.yml", "gitlab": ".gitlab-ci.yml"}
SCHEMAS = {
    "github": ("vendor.github-workflows",),
    "gitlab": ("vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
}
ACTIONS = re.compile(r"(?<=- uses: )\S+@v\d+")
by_service = pytest.mark.parametrize("service", PLACES)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    (root / "requirements.txt").write_text("flask==3.1.3\n")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


def init(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "deploytasks", "init", *words]
    return subprocess.run(
        argv, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


@by_service
@pytest.mark.skipif(sys.version_info < (3, 11), reason="check-jsonschema wants Python 3.11")
def test_it_is_valid_by_the_schema_that_the_service_publishes(shop: Path, service: str) -> None:
    assert init("--pipeline", service, cwd=shop).returncode == 0
    argv = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *SCHEMAS[service], PLACES[service]]
    done = subprocess.run(argv, cwd=shop, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@by_service
def test_it_comes_with_the_first_files_and_goes_without_them(shop: Path, service: str) -> None:
    assert init("--pipeline", service, cwd=shop).returncode == 0
    assert (shop / "tasks.py").is_file()
    place = shop / PLACES[service]
    assert __version__ in place.read_text()
    assert "@" not in ACTIONS.sub("", place.read_text())
    place.unlink()
    again = init("--pipeline", service, cwd=shop)
    assert again.returncode == 0
    assert again.stdout.startswith(f"wrote {PLACES[service]}\n")
    assert "DEPLOYTASKS_KNOWN_HOSTS" in again.stdout


@by_service
def test_one_that_is_there_stays(shop: Path, service: str) -> None:
    place = shop / PLACES[service]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("mine")
    done = init("--pipeline", service, cwd=shop)
    assert done.returncode == 5
    assert "is here already" in done.stderr
    assert place.read_text() == "mine"


@by_service
def test_below_the_root_of_a_repository_it_works_there(shop: Path, service: str) -> None:
    below = shop / "ops"
    below.mkdir()
    assert init("--source", "..", "--pipeline", service, cwd=below).returncode == 0
    text = (shop / PLACES[service]).read_text()
    assert "working-directory: ops" in text or "- cd ops" in text


def test_another_service_is_refused_before_anything_is_written(shop: Path) -> None:
    done = init("--pipeline", "gitlb", cwd=shop)
    assert done.returncode == 5
    assert 'expected one of github, gitlab; did you mean "gitlab"?' in done.stderr
    assert not (shop / "tasks.py").exists()


@by_service
def test_nothing_of_it_travels(shop: Path, service: str) -> None:
    init(cwd=shop)
    before = Source.scan(shop).manifest.digest
    assert init("--pipeline", service, cwd=shop).returncode == 0
    assert Source.scan(shop).manifest.digest == before
