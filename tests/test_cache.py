"""A lock is held by one process at a time and not left behind by a dead one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploytasks.here import cache_directory, locked

IMPORT = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r}); import deploytasks.here"
"""While the one who runs the tests may still read where the package lies."""
TRY = "import fcntl, sys; fcntl.flock(open(sys.argv[1], 'a'), fcntl.LOCK_EX | fcntl.LOCK_NB)"


def can_lock(path) -> bool:
    return subprocess.run([sys.executable, "-c", TRY, path], capture_output=True, check=False).returncode == 0


def test_another_process_cannot_enter_until_this_one_leaves(tmp_path):
    lock = tmp_path / "state" / "lock"
    with locked(lock):
        assert not can_lock(lock)
    assert can_lock(lock)


def test_the_cache_is_where_xdg_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_directory() == tmp_path / "deploytasks"
    assert cache_directory().is_dir()


@pytest.mark.parametrize(
    "environment", [{}, {"HOME": "/proc"}, {"HOME": "/", "XDG_CACHE_HOME": "/proc/none"}]
)
def test_where_nothing_can_be_kept_it_is_said_once_and_gone_afterwards(environment):
    number = 54321  # of nobody on this machine
    if os.getuid():
        pytest.skip("only root becomes somebody else")
    become = f"import os; os.setgid({number}); os.setuid({number})"
    ask = "from deploytasks.here import cache_directory as c; print(c(), c() / 'x'); (c() / 'x').write_text('kept')"
    done = subprocess.run(
        [sys.executable, "-c", f"{IMPORT}; {become}; {ask}"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.count("nothing is kept for the next time") == 1
    place, _ = done.stdout.split()
    assert not Path(place).exists()
