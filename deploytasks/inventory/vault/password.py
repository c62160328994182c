"""Where the password of a vault comes from: a file, a program that prints it, or whoever sits at the terminal.

Words and order are Ansible's: ``[ID@]SOURCE``, where *SOURCE* is a file or ``prompt``; a file that may be executed is
run, with ``--vault-id ID`` if it is called ``…-client``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path

from deploytasks.agent.frozen import frozen
from deploytasks.errors import InventoryError
from deploytasks.inventory.documents.text_file import read_text
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.vault.envelope import DEFAULT_ID

PROMPTS = ("prompt", "prompt_ask_vault_pass")
LONGEST_S = 120
"""How long a program may take, which may ask a person for something."""
IDENTITIES, FILE = "ANSIBLE_VAULT_IDENTITY_LIST", "ANSIBLE_VAULT_PASSWORD_FILE"

Ask = Callable[[str], "str | None"]


def nobody(question: str) -> None:
    """There is no one to ask *question*."""
    del question


@frozen
class Password:
    """The password called *vault_id*, fetched from *source* when it is needed."""

    vault_id: str
    source: str
    ask: Ask = nobody

    @classmethod
    def named(cls, text: str, ask: Ask = nobody) -> Password:
        """That of ``[ID@]SOURCE``."""
        vault_id, at, source = text.rpartition("@")
        return cls(vault_id if at and vault_id else DEFAULT_ID, source, ask)

    @cached_property
    def secret(self) -> bytes:
        """The password itself; raises `Refused` where there is none."""
        found = self._fetched().strip().encode()
        if not found:
            raise Refused(f"the vault password from {self.source} is empty; expected one line")
        return found

    def _fetched(self) -> str:
        if self.source in PROMPTS:
            return self.ask(f"Vault password ({self.vault_id}): ") or ""
        path = os.path.expanduser(self.source)  # noqa: PTH111  a text stays a text
        if os.access(path, os.X_OK) and Path(path).is_file():
            return self._printed(path)
        try:
            return read_text(path)
        except InventoryError as error:
            raise Refused(f"vault password: {error}") from error

    def _printed(self, program: str) -> str:
        import subprocess

        is_client = Path(program).stem.endswith("-client")
        argv = [os.path.abspath(program), *(["--vault-id", self.vault_id] if is_client else [])]  # noqa: PTH100
        try:
            done = subprocess.run(
                argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LONGEST_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise Refused(f"{self.source} did not print the vault password in {LONGEST_S} s") from None
        except (OSError, ValueError) as error:
            raise Refused(f"{self.source} cannot be run for the vault password: {error}") from error
        if done.returncode:
            said = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
            raise Refused(
                f"{self.source} was to print the vault password and ended with {done.returncode}: {said[0]}"
            )
        return done.stdout


def passwords_of(
    named: Iterable[str], environ: Mapping[str, str], configured: Iterable[str] = (), ask: Ask = nobody
) -> tuple[Password, ...]:
    """Those that are *named*, else those that *environ* names, else the *configured*, as ``[ID@]SOURCE`` each."""
    chosen = list(named) or named_in(environ) or list(configured)
    return tuple(Password.named(text, ask) for text in chosen)


def named_in(environ: Mapping[str, str]) -> list[str]:
    """Those that *environ* names, as ``[ID@]SOURCE`` each."""
    listed = [*environ.get(IDENTITIES, "").split(","), environ.get(FILE, "")]
    return [text.strip() for text in listed if text.strip()]
