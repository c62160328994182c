"""Which file an error of the operating system is about."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator


@contextmanager
def blamed_on(path: str) -> Iterator[None]:
    """An ``OSError`` without a file's name, as that of write(2) on a full disk, gets the name *path*."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or path
        raise


def what_failed(error: OSError) -> str:
    """*error* with the file that could not be changed; of two names the second is the one written to."""
    path = error.filename2 or error.filename
    return "%s: %s" % (path, error.strerror) if path else str(error) or type(error).__name__
