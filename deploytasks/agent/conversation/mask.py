"""Secrets do not leave the host: whatever text holds one is masked before it is sent."""

from __future__ import annotations

import base64
import json
import shlex
from typing import Any, FrozenSet, Iterable, Iterator, List

from deploytasks.agent.regex import regex

MASK = "********"
SHORTEST = 4
"""Shorter values, such as ``1`` or ``on``, are no secrets, and masking them would garble everything."""
PATH = regex(r"/(?:app|data|dev|etc|home|media|mnt|opt|proc|run|srv|sys|tmp|usr|var)(?:/[A-Za-z0-9._@+-]*)*")
"""A place on a host (hier(7)), which is no secret: messages are about such."""
SHORTEST_OF_OTHER_FORM = 8
"""What shorter values, and lines, are written as besides themselves is found in texts that have nothing of them."""
LOGIN = regex(
    r"""\b(?:(https?:/{1,2})(?!\$\{)[^\s/?#"'@:]+(?=@)|([A-Za-z][A-Za-z0-9+.-]*:/{1,2}[^\s/?#"'@:]*:)(?!\$\{|\{\w+\}@)[^\s/?#"']+(?=@))"""
)
"""The password of a URL, or the name where it is alone and may be a token (RFC 3986, section 3.2.1).

A variable of the environment that stands for one is none, nor is the name of one in braces.
"""
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
"""What stands for itself in a URL (RFC 3986, section 2.3)."""


def without_passwords(document: Any) -> Any:
    """A JSON document, or a text, whose URLs have no passwords: nobody has to know them to hide them."""
    if isinstance(document, str):
        if ":/" not in document or "@" not in document:
            return document
        return LOGIN.sub(lambda found: (found.group(1) or found.group(2)) + MASK, document)
    if isinstance(document, dict):
        return {key: without_passwords(value) for key, value in document.items()}
    if isinstance(document, (list, tuple)):
        return [without_passwords(item) for item in document]
    return document


class Mask:
    """Replaces each of *secrets* wherever it stands in a JSON document's texts, whole or in another form.

    The forms are each of its lines, those that Python, JSON, a shell and a URL write it in, and base64 of it, also as
    a part of something longer.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: List[str] = []
        self._spared: FrozenSet[str] = frozenset()
        self.add(secrets)

    def spare(self, words: Iterable[str]) -> None:
        """What is only one of *words* is no secret from now on, such as the name that all paths of an app have."""
        self._spared |= frozenset(words)

    def add(self, secrets: Iterable[str]) -> None:
        """Mask these too, but for paths and spared words; the longest is replaced first."""
        hidden = (secret for secret in secrets if secret not in self._spared and not PATH.fullmatch(secret))
        known = {form for secret in hidden for form in forms_of(secret)}
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


def forms_of(secret: str) -> Iterator[str]:
    """All texts that give *secret* away."""
    if len(secret) >= SHORTEST:
        yield secret
    for part in {secret, *map(str.strip, secret.splitlines())}:
        if len(part) >= SHORTEST_OF_OTHER_FORM:
            yield part
            yield from (repr(part)[1:-1], json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1])
            yield shlex.quote(part)[1:-1] if "'" in part else part
            raw = part.encode("utf-8", "surrogateescape")
            yield from _in_url(raw)
            yield from _in_base64(raw)


def _in_url(raw: bytes) -> Iterator[str]:
    quoted = "".join(chr(byte) if byte in UNRESERVED else "%%%02X" % byte for byte in raw)
    yield quoted
    yield quoted.replace("%2F", "/")
    yield quoted.replace("%20", "+")


def _in_base64(raw: bytes) -> Iterator[str]:
    """At each of the three places that it may have in something longer, without what its neighbours have a part in."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw).decode("ascii").rstrip("=")
        whole = encoded[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")
