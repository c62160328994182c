"""Secrets do not leave the host: whatever text holds one is masked before it is sent."""

from __future__ import annotations

from typing import Any, Iterable, List

MASK = "********"
SHORTEST = 4
"""Shorter values, such as ``1`` or ``on``, are no secrets, and masking them would garble everything."""


class Mask:
    """Replaces each of *secrets* wherever it stands in a JSON document's texts."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: List[str] = []
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Mask these too; the longest is replaced first."""
        known = {secret for secret in secrets if len(secret) >= SHORTEST}
        self._secrets = sorted(known.union(self._secrets), key=len, reverse=True)

    def __call__(self, document: Any) -> Any:
        if isinstance(document, str):
            for secret in self._secrets:
                document = document.replace(secret, MASK)
            return document
        if isinstance(document, dict):
            return {key: self(value) for key, value in document.items()}
        if isinstance(document, (list, tuple)):
            return [self(item) for item in document]
        return document
