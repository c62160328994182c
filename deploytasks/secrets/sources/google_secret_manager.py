"""``gcp-sm:NAME`` or ``gcp-sm:PROJECT/NAME``: a secret of Google Cloud's Secret Manager; ``#KEY`` a value of its JSON.

The latest version, or ``NAME@3`` for the third; ``projects/P/secrets/NAME/versions/3`` is understood, too.
"""

from __future__ import annotations

from deploytasks.agent.regex import regex
from deploytasks.secrets.part import document, part_of, split
from deploytasks.secrets.program import Program
from deploytasks.secrets.unanswered import Unanswered

NAME = regex(
    r"(?:projects/)?(?:(?P<project>[^/@]+)/)?(?:secrets/)?(?P<name>[A-Za-z0-9_-]+)(?:(?:@|/versions/)(?P<version>\w+))?"
)


def is_one(rest: str) -> bool:
    """A name, with or without its project."""
    return bool(NAME.fullmatch(split(rest)[0])) and not rest.startswith("-")


def ask(rest: str, program: Program) -> str:
    """The version's payload."""
    name, key = split(rest)
    match = NAME.fullmatch(name)
    if match is None:
        raise Unanswered("is no name of a secret")
    project = [f"--project={match['project']}"] if match["project"] else []
    version = match["version"] or "latest"
    secret = f"--secret={match['name']}"
    text = program("gcloud", "secrets", "versions", "access", version, secret, *project, "--quiet")
    return part_of(document(text, "Google's secret"), key) if key else text


def advice(rest: str) -> str:
    """Log in."""
    del rest
    return "log in to Google Cloud: gcloud auth login, and gcloud config set project …"
