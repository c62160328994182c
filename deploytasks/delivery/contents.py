"""The contents that plans name by digest, and where the controller has them."""

from __future__ import annotations

import io
from dataclasses import field
from typing import IO, TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.errors import AgentCrashed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from deploytasks.agent.files.manifest import Manifest
    from deploytasks.delivery.local_image import LocalImage
    from deploytasks.source import Source


@frozen
class Contents:
    """What *source* holds, the *texts* of a plan's sensitive files, *files* that lie here, and *images*.

    An image is built when it is asked for; its digest is that of what it is built from.
    """

    source: Source | None = None
    texts: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    files: Mapping[str, Path] = field(default_factory=dict)
    images: Mapping[str, LocalImage] = field(default_factory=dict)

    @property
    def manifests(self) -> dict[str, Manifest]:
        """The manifests among the contents."""
        return {self.source.manifest.digest: self.source.manifest} if self.source else {}

    @property
    def all(self) -> list[str]:
        """The digests of everything that can be asked for first: what a manifest names is given with it."""
        return sorted({*self.manifests, *self.texts, *self.files})

    def size(self, digest: str) -> int:
        """How many bytes the content is; 0 for an image, which is made when it is asked for."""
        if digest in self.texts:
            return len(self.texts[digest])
        if digest in self.files:
            return self.files[digest].stat().st_size
        return 0 if digest in self.images or self.source is None else self.source.size(digest)

    def open(self, digest: str) -> IO[bytes]:
        """The content, to be read; raises ``AgentCrashed`` for one that no plan named."""
        if digest in self.images:
            return self.images[digest].archive(self.source, self.files)
        if digest in self.texts:
            return io.BytesIO(self.texts[digest])
        if digest in self.files:
            return self.files[digest].open("rb")
        if self.source is None:
            raise AgentCrashed(f"the host asked for an unknown content {digest[:12]}…")
        return self.source.open(digest)
