"""A file system that keeps no permissions, as WSL's /mnt/c and shared folders are: what a project there meets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploytasks.here.permissions import NOT_KEPT
from deploytasks.transport.login import KeyUnusableError, key_of_file, nobody
from tests.inv import inv
from tests.share import shared

INVENTORY = """
prod1 ansible_host=127.0.0.1 ansible_port=9

[all:vars]
app_name=shop
app_source=app
app_env_file=shop.env
app_requirements=none
"""


@pytest.fixture
def project(tmp_path) -> Iterator[Path]:
    """A directory that lies on one."""
    behind = tmp_path / "behind"
    behind.mkdir()
    with shared(behind, tmp_path / "share") as place:
        (place / "tasks.py").write_text("from deploytasks.tasks import ns\n")
        (place / "inventory.ini").write_text(INVENTORY)
        (place / "shop.env").write_text("TOKEN=canary\n")
        (place / "app").mkdir()
        (place / "app/app.py").write_text("def app(environ, start_response): ...\n")
        yield place


def test_an_inventory_there_is_read_and_it_is_told_once(project):
    assert (project / "inventory.ini").stat().st_mode & 0o777 == 0o777
    listed = inv("hosts", "vars", "--host", "prod1", cwd=project)
    assert listed.returncode == 0, listed.stderr
    assert listed.stderr == f"{project}: {NOT_KEPT}\n"


def test_a_deploy_from_there_comes_as_far_as_the_host(project):
    """Nobody answers at port 9; the environment of the app was read before."""
    ended = inv("check", cwd=project)
    assert ended.returncode == 4, ended.stderr
    assert ended.stderr.count(NOT_KEPT) == 1
    assert "canary" not in ended.stderr + ended.stdout


def test_a_private_key_there_is_refused_with_where_to_put_it(project):
    key = project / "id_ed25519"
    key.write_text("key")
    with pytest.raises(KeyUnusableError, match="keeps no permissions.*move it to ~/.ssh/id_ed25519"):
        key_of_file(key, nobody)


def test_what_init_writes_there_works_there(project):
    for name in ("tasks.py", "inventory.ini"):
        (project / name).unlink()
    (project / "app/.env").write_text("TOKEN=canary\n")
    argv = [sys.executable, "-m", "deploytasks", "init", "--source", "app"]
    made = subprocess.run(argv, cwd=project, capture_output=True, text=True, check=True)
    assert ".env lies on a file system that keeps no permissions" in made.stdout
    assert inv("hosts", cwd=project).returncode == 0
