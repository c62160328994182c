"""Regular expressions that an inventory or a command line brings, and that might never end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache

from deploytasks.agent.regex import regex
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.value import shortened

LONGEST_S = 1
REPEATED = regex(r"\\\\|\\.|[*+]|\{\d*,|(\?)")
"""What may be repeated without end; of what only may be there, many take as long."""
GROUP_REPEATED = regex(r"\)[*+{]")
FEW, MANY_MAYBE = 12, 12
"""Characters with which even repetitions in repetitions end; optional parts with which they do not."""
MOST_TRIES = 5_000_000
TRIAL = """
import json, re, sys
pattern, flags, verb, texts = json.load(sys.stdin)
for text in texts:
    found = getattr(re.compile(pattern, flags), verb)(text)
    if verb == "finditer":
        for _ in found:
            pass
"""


def ending(pattern: re.Pattern[str], verb: str, texts: Sequence[str]) -> re.Pattern[str]:
    """*pattern*; raises `Refused` if to *verb* it in one of *texts* does not end in time.

    Whether one ends cannot be known, and Python's cannot be interrupted: what looks as if it might not is tried by a
    process of its own.
    """
    doubtful = tuple(text for text in texts if _may_not_end(pattern.pattern, len(text)))
    if doubtful and not _ends(pattern.pattern, pattern.flags, verb, doubtful):
        longest = max(map(len, doubtful))
        raise Refused(
            f"the regular expression {shortened(pattern.pattern)} does not end in {LONGEST_S} s in a text of "
            f"{longest} characters; write it without repetitions in repetitions"
        )
    return pattern


def _may_not_end(pattern: str, length: int) -> bool:
    found = [match for match in REPEATED.finditer(pattern) if not match[0].startswith("\\")]
    optional = sum(bool(match[1]) for match in found)
    repeated = len(found) - optional
    if optional > MANY_MAYBE or GROUP_REPEATED.search(pattern):
        return length > FEW
    return bool(repeated > 1 and length ** min(repeated + 1, 20) > MOST_TRIES)


@lru_cache(maxsize=1000)
def _ends(pattern: str, flags: int, verb: str, texts: tuple[str, ...]) -> bool:
    try:
        subprocess.run(
            [sys.executable, "-I", "-S", "-c", TRIAL],
            input=json.dumps([pattern, flags, verb, texts]).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return True
