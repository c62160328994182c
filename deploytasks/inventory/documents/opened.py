"""A file that may be encrypted as a whole, as text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from deploytasks.inventory.documents.text_file import read_text
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.vault.envelope import HEADER
from deploytasks.inventory.vault.vault import Vault


class Opened(NamedTuple):
    """What a file says, and whether only those can read it who have the vault's password."""

    text: str
    is_encrypted: bool = False

    @contextmanager
    def discreetly(self) -> Iterator[None]:
        """What is `Refused` in the block keeps its line alone, if what it quotes was encrypted."""
        try:
            yield
        except Refused as refused:
            if not self.is_encrypted:
                raise
            raise Refused(
                "what is encrypted there is not readable; see ansible-vault view", refused.line
            ) from None


def opened_file(path: str, vault: Vault) -> Opened:
    """The text of *path*; raises `Refused` if *vault* does not open it, `InventoryError` if it cannot be read."""
    text = read_text(path)
    if not text.startswith(HEADER):
        return Opened(text)
    try:
        return Opened(vault.open(text), is_encrypted=True)
    except Refused as refused:
        raise Refused(str(refused), line=1) from refused
