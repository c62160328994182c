"""A directory as it is seen over a file system that keeps no permissions: WSL's /mnt/c, shared folders, SMB."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SHARED = ("bindfs", "--perms=a=rwx", "--chmod-ignore", "--chown-ignore")


@contextmanager
def shared(directory: Path, place: Path) -> Iterator[Path]:
    """*directory*, seen so at *place*; a test is skipped where that cannot be had."""
    if shutil.which("bindfs") is None or not os.access("/dev/fuse", os.W_OK):
        pytest.skip("no bindfs, or no /dev/fuse; tests/here/test_permissions.py has a fake")
    place.mkdir()
    subprocess.run([*SHARED, directory, place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["fusermount", "-u", place], check=True)
