"""Directives of the user's own, which stand inside the site's ``server { … }`` and have to stay there."""

from __future__ import annotations

import re

from deploytasks.agent.regex import regex

TOKEN = regex(
    r"""
    (?P<space>   [ \t\r\n]+ | \#[^\n]* )
    | (?P<mark>  [;{}] )
    | (?P<text>  "(?:\\.|[^"\\])*"(?=[ \t\r\n;{)]) | '(?:\\.|[^'\\])*'(?=[ \t\r\n;{)])
               | (?:\\.|\$\{|[^ \t\r\n;{}"'\\])(?:\\.|\$\{|[^ \t\r\n;{\\])* )
    """,
    re.VERBOSE | re.DOTALL,
)
"""The words of a configuration as nginx's ``ngx_conf_read_token`` reads them: in a word ``"`` and ``}`` are letters."""


def require_whole(snippet: str, variable: str) -> None:
    """*snippet* is whole directives and closes what it opens, no more; otherwise ``ValueError`` with its line."""
    position = depth = 0
    in_directive = False
    while position < len(snippet):
        token = TOKEN.match(snippet, position)
        if token is None or not _fits(token, depth, in_directive=in_directive):
            line = snippet.count("\n", 0, position) + 1
            found = snippet[position:].partition("\n")[0][:40]
            raise ValueError(
                f"{variable}: line {line}: {found!r} cannot stand here; expected whole directives of nginx"
            )
        if token["mark"]:
            depth += {"{": 1, "}": -1, ";": 0}[token["mark"]]
        if not token["space"]:
            in_directive = token["mark"] is None
        position = token.end()
    if depth or in_directive:
        raise ValueError(f"{variable}: {snippet.strip()[-40:]!r} has no end; expected a ; or a }}")


def _fits(token: re.Match[str], depth: int, *, in_directive: bool) -> bool:
    """Whether nginx would read *token* there and be inside the site's block still."""
    if token["mark"] == "}":
        return depth > 0 and not in_directive
    return not token["mark"] or in_directive
