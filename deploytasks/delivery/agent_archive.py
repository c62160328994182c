"""The agent as an archive, as it is sent to every host that has not kept it."""

from __future__ import annotations

import bz2
import hashlib
import io
import os
import tempfile
import time
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from deploytasks.delivery import wordless
from deploytasks.delivery.on_demand import is_on_demand
from deploytasks.here import cache_directory

DIGEST_BYTES = hashlib.sha256().digest_size
EPOCH = (1980, 1, 1, 0, 0, 0)
FORGOTTEN_AFTER_S = 30 * 86400
AGENT = Path(__file__).parents[1] / "agent"


PACKINGS = {b"b": bz2.compress, b"z": zlib.compress}
"""What the host's Python asks for: it may have been built without bz2, which packs a fifth smaller."""


@lru_cache
def agent_archive(packing: bytes = b"b") -> bytes:
    """The agent's files, name and source in turns with NUL between, in one piece; the same for the same source.

    The names in a zip would cost a tenth of it: ``boot.py`` makes one of this.

    Making it takes a quarter of a second, so it is kept in the user's cache under the digest of its sources, with its
    own before it; one that is not as it was kept is made anew.
    """
    try:
        place = cache_directory() / f"agent-{agent_digest()}"
        packed = (_kept(place) if place.exists() else b"") or _keep(place, _packed())
    except OSError:  # a home that is full or read-only costs time, nothing else
        packed = _packed()
    return packed if packing == b"b" else PACKINGS[packing](bz2.decompress(packed))


@lru_cache(maxsize=1)
def agent_digest() -> str:
    """What the agent is known by: 32 hexadecimal digits, those of its sources and of how they are packed (SHA-256)."""
    digest = hashlib.sha256(Path(wordless.__file__).read_bytes() + Path(__file__).read_bytes())
    for name, content in _sources(AGENT, "deploytasks/agent"):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:32]


def agent_zip() -> bytes:
    """The same files as a zip, from which a Python can run them (PEP 441)."""
    import zipfile

    parts = bz2.decompress(agent_archive()).split(b"\0")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, source in zip(parts[::2], parts[1::2], strict=True):
            archive.writestr(zipfile.ZipInfo(name.decode(), EPOCH), source)
    return made.getvalue()


def _kept(place: Path) -> bytes:
    """The archive at *place*; empty when it is not what its digest says."""
    content = place.read_bytes()
    digest, archive = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    return archive if hashlib.sha256(archive).digest() == digest else b""


def _keep(place: Path, archive: bytes) -> bytes:
    descriptor, new = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(hashlib.sha256(archive).digest() + archive)
    Path(new).replace(place)
    for other in place.parent.glob("agent-*"):
        if other.stat().st_mtime < time.time() - FORGOTTEN_AFTER_S:
            other.unlink(missing_ok=True)
    return archive


def _packed() -> bytes:
    parts = [b"deploytasks/__init__.py", b""]
    for name, content in _sources(AGENT, "deploytasks/agent"):
        parts += [name.encode(), wordless.without_words(content.decode("utf-8")).encode()]
    return bz2.compress(b"\0".join(parts))


def _sources(folder: Path, path: str) -> Iterator[tuple[str, bytes]]:
    """What every conversation needs."""
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir() and item.name != "__pycache__":
            yield from _sources(item, f"{path}/{item.name}")
        elif item.name.endswith(".py") and not is_on_demand(f"{path}/{item.stem}".replace("/", ".")):
            yield f"{path}/{item.name}", item.read_bytes()
