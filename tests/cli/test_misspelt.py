"""A misspelt task or flag gets the nearest one, where the program is ours."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["depoly"], "No idea what 'depoly' is; did you mean \"deploy\"?"),
        (["target.upp"], "No idea what 'target.upp' is; did you mean \"target.up\"?"),
        (["deploy", "--hots", "web1"], "No idea what '--hots' is; did you mean \"--host\"?"),
        (["xyzzy"], "No idea what 'xyzzy' is"),
    ],
)
def test_it_is_a_mistake_with_a_hint_and_no_traceback(tmp_path, words, told):
    argv = [sys.executable, "-m", "deploytasks", *words]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (5, "", told + "\n")
