"""Commands to a service that runs pipelines: it finds them in what programs print, whoever has said it.

GitHub takes lines that begin with ``::``, after blanks, and ``##[`` anywhere in a line (actions/runner, ActionCommand);
Azure ``##vso[``, TeamCity ``##teamcity[``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from deploytasks.agent.regex import regex

READERS = ("GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")
AT_BEGINNING = regex(r"^([^\S\n]*):(?=:)", re.MULTILINE)
ANYWHERE = regex(r"#(?=#\w*\[)")


def are_read(environ: Mapping[str, str]) -> bool:
    """Whether such a service reads what this process prints."""
    return any(environ.get(name) for name in READERS)


def without_commands(text: str) -> str:
    r"""*text* with an escape in what would be a command; one that JSON has, too, and where it means the same.

    >>> without_commands("  ::set-output name=x::y ##[group]")
    '  \\u003a:set-output name=x::y \\u0023#[group]'
    """
    return ANYWHERE.sub(r"\\u0023", AT_BEGINNING.sub(r"\1\\u003a", text))
