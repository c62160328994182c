"""A vault: the passwords that there are, and the texts that they open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from deploytasks.inventory.concealed import Concealed
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.vault.cipher import opened
from deploytasks.inventory.vault.envelope import Envelope, envelope_in
from deploytasks.inventory.vault.password import Ask, Password, nobody

WAYS = "--vault-id FILE, $ANSIBLE_VAULT_PASSWORD_FILE, or vault_password_file in ansible.cfg"


class Vault:
    """Opens what any of *passwords* opens; without one, who is at the terminal is asked, once."""

    def __init__(self, passwords: Iterable[Password] = (), ask: Ask = nobody) -> None:
        self._passwords = tuple(passwords)
        self._asked = Password("default", "prompt", ask)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that passwords come from."""
        return tuple(password.source for password in self._passwords)

    def open(self, text: str) -> str:
        """What the encrypted *text* says; raises `Refused` when no password fits, or it is damaged."""
        envelope = envelope_in(text)
        for password in self._likely_first(envelope):
            found = opened(envelope, password.secret)
            if found is not None:
                return _text(found)
        tried = ", ".join(password.vault_id for password in self._passwords) or "the one that was typed"
        raise Refused(f"no vault password opens what was encrypted for {envelope.vault_id} (tried: {tried})")

    def _likely_first(self, envelope: Envelope) -> list[Password]:
        if self._passwords:
            return sorted(self._passwords, key=lambda password: password.vault_id != envelope.vault_id)
        try:
            self._asked.secret  # noqa: B018
        except Refused:
            raise Refused(f"encrypted by ansible-vault; say where its password is: {WAYS}") from None
        return [self._asked]


class Sealed(Concealed):
    """A value that ansible-vault encrypted; it is opened when it is first needed."""

    def __init__(self, text: str, vault: Vault) -> None:
        del text
        self._vault = vault
        self._said: str | None = None

    def __new__(cls, text: str, vault: Vault) -> Any:
        """A text, as such are made."""
        del vault
        return super().__new__(cls, text)

    def reveal(self) -> str:
        """What it says; raises `Refused` as `Vault.open` does."""
        if self._said is None:
            self._said = self._vault.open(str(self))
        return self._said


def _text(found: bytes) -> str:
    try:
        return found.decode()
    except UnicodeDecodeError:
        raise Refused("what ansible-vault encrypted is no text; expected UTF-8") from None
