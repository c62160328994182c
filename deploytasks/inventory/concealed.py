"""A value that is written in the place of a secret, and what it takes to have that."""

from __future__ import annotations


class Concealed(str):
    """What is written is the text itself; what it stands for is asked for when that is first needed.

    Wherever such a text stands in a value, all of the variable is secret.
    """

    __slots__ = ()

    def reveal(self) -> str:
        """The secret; raises `Refused` with what to do where it cannot be had."""
        raise NotImplementedError


class Unsafe(str):
    """A text that is no template, whatever it looks like: YAML's ``!unsafe``."""

    __slots__ = ()


VEIL = "\ufdd0"
"""Stands around what is in the place of a secret that nobody has asked for yet; no text has it (Unicode, 23.7)."""


class Elsewhere(str):
    """What names a secret that is kept elsewhere, such as ``env:NAME``, and that nobody has asked for yet."""

    __slots__ = ()

    @property
    def veiled(self) -> str:
        """How it is a part of a text, so that this is known for one that lacks a secret."""
        return f"{VEIL}{self}{VEIL}"
