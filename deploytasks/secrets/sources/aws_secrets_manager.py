"""``aws-sm:NAME``: a secret of AWS Secrets Manager, by name or ARN; ``aws-sm:NAME#KEY`` a value of its JSON."""

from __future__ import annotations

from deploytasks.secrets.part import document, part_of, split
from deploytasks.secrets.program import Program
from deploytasks.secrets.unanswered import Unanswered


def is_one(rest: str) -> bool:
    """A name, or an ARN."""
    return not rest.startswith(("-", "//")) and bool(split(rest)[0])


def ask(rest: str, program: Program) -> str:
    """The current version."""
    name, key = split(rest)
    told = program(
        "aws", "secretsmanager", "get-secret-value", "--secret-id", name, *_region(name), "--output", "json"
    )
    text = document(told, "aws").get("SecretString")
    if text is None:
        raise Unanswered("is binary; expected text")
    return part_of(document(text, "AWS's secret"), key) if key else str(text)


def _region(name: str) -> tuple[str, ...]:
    """An ARN says it (``arn:aws:secretsmanager:REGION:…``)."""
    parts = name.split(":")
    return ("--region", parts[3]) if parts[0] == "arn" and len(parts) > 3 else ()


def advice(rest: str) -> str:
    """Log in."""
    del rest
    return "log in to AWS: aws sso login, or set AWS_PROFILE, AWS_REGION or a key of a role that may read it"
