"""A file that is for its owner alone, as it holds secrets."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def writing_private(path: Path) -> Iterator[IO[bytes]]:
    """What is written becomes the file at *path*, in one piece, which nobody else may read meanwhile or then.

    An error leaves what was there, and so does what is there and no file, such as a device. Raises ``OSError``.
    """
    place = path.resolve()
    if place.exists() and not place.is_file():
        code = errno.EISDIR if place.is_dir() else errno.EINVAL
        raise OSError(code, os.strerror(code), str(path))
    descriptor, made = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            _keep_to_owner(made)
            yield file
        Path(made).replace(place)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise


def _keep_to_owner(path: str) -> None:
    """Where files have access lists, what the directory hands down to it is taken away; a mode is right from birth."""
    icacls = shutil.which("icacls")
    if icacls is not None:
        owner = os.environ.get("USERNAME", "")
        subprocess.run([icacls, path, "/inheritance:r", "/grant:r", f"{owner}:F", "/q"], capture_output=True)  # noqa: PLW1510
