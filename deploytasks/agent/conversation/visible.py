"""The one way to a terminal: no text moves its cursor, colours it or turns the direction of others."""

from __future__ import annotations

from deploytasks.agent.conversation.mask import without_passwords


def visible(text: str, but: str = "") -> str:
    r"""*text* with control characters, lone surrogates and direction marks escaped, such as ``\x1b``.

    Characters that *but* has stay as they are; passwords in URLs do not.
    """
    text = str(without_passwords(text))
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in but else char.encode("unicode_escape").decode() for char in text
    )
