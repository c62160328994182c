"""What of a page that an app answers with tells why it failed."""

from __future__ import annotations

import html
import re
from typing import List

from deploytasks.agent.regex import regex

MOST_LINES = 10
LONGEST_LINE = 200
TITLE = regex(r"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)
TRACEBACK = regex(r"Traceback \(most recent call last\):\n.*?(?=</|-->|\Z)", re.DOTALL)
"""As Werkzeug's and Django's pages have it once more, as text to be copied."""
UNSEEN = regex(r"<!--.*?-->|<(head|script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
TAG = regex(r"<[^>]*>")
POINTERS = regex(r"[\s~^]*")
"""A line below one of code: what of it failed."""


def lines_of(body: bytes) -> List[str]:
    """The lines of *body* that matter: its title, and a traceback or the first words."""
    text = body.decode("utf-8", "replace").replace("\r\n", "\n")
    title = TITLE.search(text)
    told = [*([_words(title.group(1))] if title else []), *_of_page(TITLE.sub("", text))]
    return [line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…" for line in told][
        :MOST_LINES
    ]


def _of_page(text: str) -> List[str]:
    traceback = TRACEBACK.search(text)
    if traceback is None:
        lines = TAG.sub("\n", UNSEEN.sub("", text)).splitlines()
        return [words for words in map(_words, lines) if words]
    head, *lines = html.unescape(traceback.group()).splitlines()
    return [head, *[line.rstrip() for line in lines if not POINTERS.fullmatch(line)][-(MOST_LINES - 2) :]]


def _words(text: str) -> str:
    """*text* in one line, with single blanks between its words."""
    return " ".join(html.unescape(text).split())
