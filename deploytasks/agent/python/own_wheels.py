"""Wheels that came along: what requirements call ``file:wheels/NAME``."""

from __future__ import annotations

import re
from typing import Mapping

from deploytasks.agent.regex import regex

WHEEL = regex(r" file:wheels/(\S+)((?: ;[^#\n]*[^#\s])?)")
"""With the marker behind it; a comment stays."""


def at_their_place(text: str, directory: str, digests: Mapping[str, str]) -> str:
    """The requirements *text* with each wheel in *directory*, and with its digest where *digests* have it."""

    def named(found: "re.Match[str]") -> str:
        name, marker = found.groups()
        digest = " --hash=sha256:" + digests[name] if name in digests else ""
        return " file://%s/%s%s%s" % (directory, name, marker, digest)

    return WHEEL.sub(named, text)
