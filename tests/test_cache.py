"""A lock is held by one process at a time and not left behind by a dead one."""

from __future__ import annotations

import subprocess
import sys

from deploytasks.here import cache_directory, locked

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
