"""A file that is for its owner alone, as it holds secrets."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from deploytasks.here.access_list import has_access_lists, keep_to_owner


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
            if has_access_lists():  # A mode is right from birth.
                keep_to_owner(made)
            yield file
        Path(made).replace(place)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
