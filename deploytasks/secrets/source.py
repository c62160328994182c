"""What a secret source is: a module with three functions; those that are shipped, and those of other packages."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from deploytasks.errors import ConfigError

if TYPE_CHECKING:
    from deploytasks.secrets.program import Program

GROUP = "deploytasks.secrets"
"""The entry points with which other packages bring sources: the name is what stands before the colon."""
SHIPPED = {
    "age": "age",
    "aws-sm": "aws_secrets_manager",
    "bw": "bitwarden",
    "command": "command",
    "doppler": "doppler",
    "env": "environment",
    "file": "file",
    "gcp-sm": "google_secret_manager",
    "literal": "literal",
    "op": "one_password",
    "pass": "password_store",
    "sops": "sops",
    "vault": "hashicorp_vault",
}
FUNCTIONS = ("is_one", "ask", "advice")


class SecretSource(Protocol):
    """A module that knows where secrets lie; *rest* is always what stands behind the colon."""

    def is_one(self, rest: str) -> bool:
        """Whether *rest* can name a secret, or only belongs to an ordinary value that begins alike."""

    def ask(self, rest: str, program: Program) -> str:
        """The secret; raises ``Unanswered``. *program* runs the vendor's own, and keeps to the time limit."""

    def advice(self, rest: str) -> str:
        """What to do where there is no answer: what to log in to, or to write."""


@cache
def source_called(scheme: str) -> SecretSource | None:
    """The source that *scheme* names, shipped or of another package; None for what is no source's name.

    Raises ``ConfigError`` for one that cannot be used.
    """
    if scheme in SHIPPED:
        return cast("SecretSource", import_module(f"deploytasks.secrets.sources.{SHIPPED[scheme]}"))
    return _of_others(scheme)


def _of_others(scheme: str) -> SecretSource | None:
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP, name=scheme):
        try:
            source = cast("SecretSource", point.load())
        except Exception as error:
            raise ConfigError(f"secret source {scheme}: {point.value} cannot be imported: {error}") from error
        lacking = [name for name in FUNCTIONS if not callable(getattr(source, name, None))]
        if lacking:
            raise ConfigError(f"secret source {scheme}: {point.value} has no {', '.join(lacking)}")
        return source
    return None
