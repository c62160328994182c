"""What a controller says to an agent, as bytes for whatever carries them."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, Any

from deploytasks.agent.conversation.wire import pack, pack_json
from deploytasks.agent.files.digest import digest_of_file
from deploytasks.agent.files.manifest import Manifest
from deploytasks.agent.files.manifest_patch import difference

if TYPE_CHECKING:
    from deploytasks.agent.conversation.events import Need
    from deploytasks.contents import Contents

PIECE = 1 << 18
WORTH_PACKING = 0.9


class Sender:
    """Sends objects and contents; *carry* takes their bytes."""

    def __init__(self, carry: Callable[[bytes], object]) -> None:
        self._carry = carry

    def send(self, document: dict[str, Any]) -> None:
        """One object."""
        self._carry(pack_json(document))

    def provide(self, need: Need, held: Manifest | None, contents: Contents) -> None:
        """Send what the host lacks, and, with a manifest, all that its tree will lack; *held* is what it has.

        First comes how many bytes that is.
        """
        known = held.contents if held else frozenset()
        manifests = [contents.manifests[digest] for digest in need.digests if digest in contents.manifests]
        listed = (sorted(manifest.contents - known) for manifest in manifests)
        lacking = [*(digest for digest in need.digests if digest not in contents.manifests), *chain(*listed)]
        self.send({"coming": sum(map(contents.size, lacking))})
        for manifest in manifests:
            self._send_manifest(manifest, held, need.held)
        for digest in lacking:
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
