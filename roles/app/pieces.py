"""What an app is told of a service: variables of its environment, made of pieces such as a host and a password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from deploytasks.agent.regex import regex

EnvName = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\Z", examples=["DATABASE_URL"])]
PIECE = regex(r"\{(\w+)\}")


def settings_of(wanted: str | Mapping[str, str], url: str, pieces: Mapping[str, str]) -> dict[str, str]:
    """Each variable that is *wanted* with its text, whose ``{piece}``s are filled in; a mere name has *url*."""
    texts = {wanted: url} if isinstance(wanted, str) else wanted
    return {name: PIECE.sub(lambda piece: pieces[piece[1]], text) for name, text in texts.items()}
