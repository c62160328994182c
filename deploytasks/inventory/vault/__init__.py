"""Texts encrypted by ansible-vault; they are read, never written, and what they say is in memory alone."""

from deploytasks.inventory.vault.envelope import HEADER
from deploytasks.inventory.vault.password import Password, passwords_of
from deploytasks.inventory.vault.vault import Sealed, Vault

__all__ = ["HEADER", "Password", "Sealed", "Vault", "passwords_of"]
