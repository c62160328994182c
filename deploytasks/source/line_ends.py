"""The line ends that a file travels with: those that git would give it everywhere, whatever this checkout has.

A checkout of Windows has CRLF where one of Linux has LF. What a file's attributes say decides (gitattributes(5)), and
where they say nothing, whether git converts on this machine (``core.autocrlf``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from deploytasks.agent.regex import regex
from deploytasks.source.git import git_text

SAID = regex(r"i/(\S*) +w/(\S*) +attr/([^\t]*)\t(.*)", re.DOTALL)
"""A record of ``git ls-files --eol``: line ends in the index, in the work tree, attributes, path."""
OF_WINDOWS, OF_UNIX = b"\r\n", b"\n"
KEPT = {"crlf", "mixed", "-text"}
"""What git leaves as it is in its index where it guesses what is text."""
SO_BY_CONFIGURATION = {"true", "input", "yes", "on", "1"}
Convert = Callable[[bytes], bytes]


def conversions(work_tree: Path) -> Mapping[str, Convert]:
    """What makes the bytes that travel, by path, of those files of *work_tree* that git converts."""
    said = git_text(work_tree, "ls-files", "-z", "--eol", "--cached", "--others", "--exclude-standard")
    guesses = git_text(work_tree, "config", "core.autocrlf").lower() in SO_BY_CONFIGURATION
    matches = filter(None, map(SAID.fullmatch, said.split("\0")))
    found = {path: _conversion(words.split() or ["text=auto"] * guesses, indexed, here)
             for indexed, here, words, path in (match.groups() for match in matches)}  # fmt: skip
    return {path: convert for path, convert in found.items() if convert}


def _conversion(attributes: list[str], indexed: str, here: str) -> Convert | None:
    """By the words that git has for the *attributes* of a file, and for its line ends *indexed* and *here*."""
    guessed = "text=auto" in attributes
    if guessed and (indexed in KEPT or here == "-text"):
        return None
    if not guessed and "text" not in attributes:
        return None
    return with_crlf if "eol=crlf" in attributes else with_lf


def with_lf(content: bytes) -> bytes:
    return content.replace(OF_WINDOWS, OF_UNIX)


def with_crlf(content: bytes) -> bytes:
    return with_lf(content).replace(OF_UNIX, OF_WINDOWS)
