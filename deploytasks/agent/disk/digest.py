"""Names of contents: their SHA-256 in hexadecimal."""

from __future__ import annotations

import hashlib
from typing import IO


def digest_of(content: bytes) -> str:
    """The name of *content*."""
    return hashlib.sha256(content).hexdigest()


def digest_of_file(file: IO[bytes]) -> str:
    """The name of what is in *file*, which is at its beginning, before and after."""
    sha = hashlib.sha256()
    for piece in iter(lambda: file.read(1 << 20), b""):
        sha.update(piece)
    file.seek(0)
    return sha.hexdigest()
