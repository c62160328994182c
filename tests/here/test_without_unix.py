"""The controller where nothing is that Windows lacks; its verbs are run so in tests/e2e/test_without_unix.py."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.windows_names import is_lacking, lacking

ROOT = Path(__file__).parents[2]
IMPORT_ALL = """
import importlib, sys
from tests.without_unix import hide
hide()
for name in sys.stdin.read().split():
    importlib.import_module(name)
"""


def test_all_that_the_controller_runs_can_be_imported():
    listed = "from tests.platforms import *; print(*(n for n in on_the_controller(modules()) if '__main__' not in n))"
    names = python(listed).stdout
    assert len(names.split()) > 400
    done = python(IMPORT_ALL, names)
    assert (done.stderr, done.returncode) == ("", 0)


@pytest.mark.parametrize(
    "statement",
    [
        "import fcntl",
        "from pwd import getpwuid",
        "import os; os.getuid",
        "from os import pread",
        "import signal; signal.SIGHUP",
        "import socket as s; s.AF_UNIX",
    ],
)
def test_what_is_hidden_from_us_is_gone(statement, tmp_path):
    """The hook itself: a module of ours that uses it fails, another's does not."""
    for name in ("deploytasks", "others"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"{statement}\n")
    hidden = f"import sys; from tests.without_unix import hide; sys.path.insert(0, {str(tmp_path)!r}); hide(); import "
    assert python(f"{hidden} others").returncode == 0
    assert re.search("Error: (module|No module|cannot import)", python(f"{hidden} deploytasks").stderr)


def test_windows_has_what_it_has():
    assert {"getuid", "fork", "pread", "fchmod", "O_NOFOLLOW", "killpg"} <= lacking("os")
    assert {"getpid", "chmod", "replace", "O_BINARY", "symlink"} & lacking("os") == set()
    assert is_lacking("termios")
    assert not is_lacking("signal")


def python(program: str, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-c", program]
    return subprocess.run(argv, input=given, env=environment, capture_output=True, text=True, check=False)
