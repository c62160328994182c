"""Who has left a command to itself does not end it by leaving."""

from __future__ import annotations

import subprocess

import pytest

from tests.inv import INV

TASKS = """
import os
import signal

from deploytasks.tasks import collection

ns = collection(before=lambda occasion: os.kill(os.getpid(), signal.SIGHUP))
"""
INVENTORY = """
gone ansible_host=127.0.0.1 ansible_port=1
[all:vars]
app_name=shop
app_source=src
app_requirements=none
"""


@pytest.mark.parametrize(("started", "code"), [(["nohup"], 4), ([], 129)], ids=["nohup", "plainly"])
def test_a_terminal_that_closes_ends_what_was_not_started_with_nohup(tmp_path, started, code):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text("def app(environ, start_response):\n    return []\n")
    (tmp_path / "tasks.py").write_text(TASKS)
    (tmp_path / "inventory.ini").write_text(INVENTORY)
    argv = [*started, str(INV), "deploy"]
    ended = subprocess.run(
        argv, cwd=tmp_path, capture_output=True, stdin=subprocess.DEVNULL, text=True, check=False
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
