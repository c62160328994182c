"""What a controller says to an agent, as bytes for whatever carries them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

from deploytasks.agent.conversation.wire import pack, pack_json
from deploytasks.agent.disk.digest import digest_of_file
from deploytasks.agent.files.manifest import Manifest
from deploytasks.agent.files.manifest_patch import difference

if TYPE_CHECKING:
    from deploytasks.agent.engine.events import Need
    from deploytasks.delivery.contents import Contents

PIECE = 1 << 18
WORTH_PACKING = 0.9
LARGEST_SHOWN, MOST_SHOWN = 100_000, 200
"""Of files whose lines are compared: bytes, and how many."""


class Watcher(Protocol):
    """Who wants to know how far it is."""

    def begin(self, digests: Collection[str]) -> None:
        """The contents of these *digests* are to be sent."""

    def sent(self, count: int) -> None:
        """So many bytes more of them have been sent."""


class Unwatched:
    """Nobody wants to know."""

    def begin(self, digests: Collection[str]) -> None:
        """They are to be sent."""

    def sent(self, count: int) -> None:
        """They have been sent."""


class Sender:
    """Sends objects and contents; *carry* takes their bytes."""

    def __init__(self, carry: Callable[[bytes], object]) -> None:
        self._carry = carry
        self._watcher: Watcher = Unwatched()

    def send(self, document: dict[str, Any]) -> None:
        """One object."""
        self._carry(pack_json(document))

    def provide(
        self, need: Need, held: Manifest | None, contents: Contents, watcher: Watcher | None = None
    ) -> None:
        """Send what the host lacks, and, with a manifest, all that its tree will lack; *held* is what it has.

        First comes how many bytes that is. *watcher* hears how far it is.
        """
        self._watcher = watcher or self._watcher
        known = held.contents if held else frozenset()
        manifests = [contents.manifests[digest] for digest in need.digests if digest in contents.manifests]
        listed = (sorted(manifest.contents - known) for manifest in manifests)
        lacking = [*(digest for digest in need.digests if digest not in contents.manifests), *chain(*listed)]
        self._watcher.begin(lacking)
        self.send({"coming": sum(map(contents.size, lacking))})
        for manifest in manifests:
            self._send_manifest(manifest, held, need.held)
        for digest in lacking:
            self._send_content(digest, contents)
        self.send({"blob": None})

    def show(self, held: Manifest | None, held_digest: str, contents: Contents, *, diff: bool) -> None:
        """Send how many bytes a deploy would send, the lists of files, and the texts that are compared.

        With *diff* these are also the files that a list has otherwise than *held*, or that are new, unless they are
        large.
        """
        known = held.contents if held else frozenset()
        manifests = list(contents.manifests.values())
        coming = {digest for manifest in manifests for digest in manifest.contents - known}
        self.send({"would_send": sum(map(contents.size, coming))})
        for manifest in manifests:
            self._send_manifest(manifest, held, held_digest)
        changed = (
            [digest for digest in _changed(held, manifests) if digest in coming] if diff and held else []
        )
        shown = [digest for digest in changed if contents.size(digest) <= LARGEST_SHOWN]
        for digest in (*contents.texts, *shown[:MOST_SHOWN]):
            self._send_content(digest, contents)
        self.send({"blob": None})

    def _send_manifest(self, manifest: Manifest, held: Manifest | None, held_digest: str) -> None:
        if held is None:
            self._send_pieces({"blob": manifest.digest}, manifest.encode())
        else:
            self._send_pieces({"blob": manifest.digest, "base": held_digest}, difference(held, manifest))

    def _send_content(self, digest: str, contents: Contents) -> None:
        with contents.open(digest) as file:
            made = {"made": digest_of_file(file)} if digest in contents.images else {}
            first = file.read(PIECE)
            pack_it = len(zlib.compress(first, 1)) < len(first) * WORTH_PACKING
            self._carry(pack_json({"blob": digest, "packed": pack_it, **made}))
            packer = zlib.compressobj(1) if pack_it else None
            while first:
                self._send_piece(packer.compress(first) if packer else first)
                self._watcher.sent(len(first))
                first = file.read(PIECE)
            self._send_piece(packer.flush() if packer else b"")
            self._carry(pack(b"E"))

    def _send_pieces(self, announced: dict[str, Any], content: bytes) -> None:
        self._carry(pack_json({**announced, "packed": True}))
        self._send_piece(zlib.compress(content))
        self._carry(pack(b"E"))

    def _send_piece(self, piece: bytes) -> None:
        if piece:
            self._carry(pack(b"D", piece))


def _changed(held: Manifest, manifests: Iterable[Manifest]) -> list[str]:
    """The contents of files that differ from *held*, new ones last."""
    old = {entry.path: entry.digest for entry in held.entries}
    new = [
        entry for manifest in manifests for entry in manifest.entries if entry.digest != old.get(entry.path)
    ]
    known_first = sorted(new, key=lambda entry: entry.path not in old)
    return list(dict.fromkeys(entry.digest for entry in known_first if entry.is_file))
