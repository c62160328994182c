"""Contents by their SHA-256: what came with the plan, and what earlier releases already hold."""

from __future__ import annotations

import hashlib
import os
from typing import Dict, Iterable, Optional

from deploytasks.agent.disk.directory_handle import reading_bytes
from deploytasks.agent.disk.entry import make_directories, remove_whole, writing
from deploytasks.agent.errors import StepError

EARLY_BYTES = 1 << 25
"""Each time that so much of a large file has come, it goes to the disk while the rest arrives."""


class Blobs:
    """A directory of received contents, and a list of files elsewhere with known contents."""

    def __init__(self, incoming: Optional[str] = None) -> None:
        self._incoming = incoming
        self._held: Dict[str, str] = {}
        self._remembered: Dict[str, bytes] = {}

    def remember(self, content: bytes) -> None:
        """Keep *content* as long as this process lasts; nothing is written."""
        self._remembered[hashlib.sha256(content).hexdigest()] = content

    def peek(self, digest: str) -> Optional[bytes]:
        """The content, wherever it is; None when it is nowhere."""
        path = self.find(digest)
        if path is None:
            return self._remembered.get(digest)
        with reading_bytes(path) as file:
            return file.read()

    def hold(self, digest: str, path: str) -> None:
        """Remember that the file at *path* has this content."""
        self._held.setdefault(digest, path)

    def find(self, digest: str) -> Optional[str]:
        """A path whose content is *digest*'s, or None."""
        places = (self._held.get(digest), self._place(digest))
        return next((place for place in places if place and os.path.isfile(place)), None)

    def is_unused(self, path: str) -> bool:
        """Whether the file at *path* was received and is nowhere else yet."""
        received = self._incoming is not None and os.path.dirname(path) == self._incoming
        return received and os.stat(path).st_nlink == 1

    def read(self, digest: str) -> bytes:
        """The content; raises ``StepError`` when it is not held."""
        path = self.find(digest)
        if path is None:
            raise StepError("content %s… did not arrive; deploy again" % digest[:12])
        with reading_bytes(path) as file:
            return file.read()

    def receive(self, digest: str, pieces: Iterable[bytes], made: str = "") -> None:
        """Keep what *pieces* make together under *digest*; a content that is not what its name says is refused.

        What was made when it was asked for has the SHA-256 *made* instead, and the name of what it was made from.
        """
        place = self._place(digest)
        if place is None:
            raise StepError("this machine takes no contents")
        from deploytasks.agent.disk.page_cache import to_disk_soon

        make_directories(os.path.dirname(place))
        sha = hashlib.sha256()
        with writing(place, {"mode": "0600"}, durable=False) as file:
            for piece in pieces:
                sha.update(piece)
                file.write(piece)
                if file.tell() % EARLY_BYTES < len(piece):
                    to_disk_soon(file.fileno())
            if sha.hexdigest() != (made or digest):
                raise StepError("content %s… arrived damaged; deploy again" % digest[:12])

    def forget(self) -> None:
        """Drop everything received."""
        if self._incoming:
            remove_whole(self._incoming)

    def _place(self, digest: str) -> Optional[str]:
        return os.path.join(self._incoming, digest) if self._incoming else None
