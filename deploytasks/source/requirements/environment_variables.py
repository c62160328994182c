"""``${NAME}`` in a line of requirements: what the environment of this machine says, as with pip."""

from __future__ import annotations

from collections.abc import Mapping

from deploytasks.agent.regex import regex

_VARIABLE = regex(r"\$\{([A-Z0-9_]+)\}")
"""https://pip.pypa.io/en/stable/reference/requirements-file-format/, Using environment variables."""


def filled_in(text: str, environment: Mapping[str, str]) -> str:
    """*text* with its variables filled in; raises ``ValueError`` with the name of one that is not set."""
    for name in _VARIABLE.findall(text):
        if name not in environment:
            raise ValueError(f"{name} is not set in the environment of this machine; export {name}=...")
    return _VARIABLE.sub(lambda match: environment[match[1]], text)
