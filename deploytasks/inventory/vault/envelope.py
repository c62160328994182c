"""What ansible-vault writes: a header, then hexadecimal of salt, signature and ciphertext.

The form is that of "Ansible Vault payload format 1.1-1.2" in Ansible's manual: ``$ANSIBLE_VAULT;1.2;AES256;dev``,
and lines of 80 digits, which stand for three more hexadecimal texts, one on each line.
"""

from __future__ import annotations

import re
from binascii import Error, unhexlify

from deploytasks.agent.frozen import frozen
from deploytasks.inventory.refused import Refused

HEADER = "$ANSIBLE_VAULT;"
VERSIONS = ("1.1", "1.2")
CIPHER = "AES256"
DEFAULT_ID = "default"


@frozen
class Envelope:
    """An encrypted text, taken apart; *vault_id* is a hint at who can open it, and nothing more."""

    vault_id: str
    salt: bytes
    signature: bytes
    ciphertext: bytes


def envelope_in(text: str) -> Envelope:
    """What *text* holds; raises `Refused` for what is no vault's text, or one of another form."""
    header, _, body = text.strip().partition("\n")
    version, cipher, *vault_id = [part.strip() for part in header.split(";")][1:4] or [""]
    if version not in VERSIONS:
        raise Refused(
            f"vault text of version {version!r}; expected {' or '.join(VERSIONS)}: run ansible-vault rekey"
        )
    if cipher != CIPHER:
        raise Refused(f"vault text with the cipher {cipher!r}; expected {CIPHER}")
    salt, signature, ciphertext = _parts(re.sub(r"\s+", "", body))
    return Envelope(vault_id[0] if vault_id else DEFAULT_ID, salt, signature, ciphertext)


def _parts(digits: str) -> list[bytes]:
    try:
        inner = [unhexlify(part) for part in unhexlify(digits).split(b"\n", 2)]
    except (Error, ValueError) as error:
        raise Refused(
            "damaged vault text: not all of it is hexadecimal digits; take it from a backup"
        ) from error
    if len(inner) != 3 or not all(inner):
        raise Refused("damaged vault text: a part is missing; take it from a backup")
    return inner
