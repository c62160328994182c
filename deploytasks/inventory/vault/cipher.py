"""AES256 as ansible-vault means it: AES in counter mode, signed with HMAC-SHA256, keys by PBKDF2."""

from __future__ import annotations

from functools import lru_cache

from deploytasks.inventory.vault.envelope import Envelope

ROUNDS = 10_000
KEY, COUNTER, BLOCK = 32, 16, 16


def opened(envelope: Envelope, password: bytes) -> bytes | None:
    """What *envelope* says to who has *password*, None for anybody else."""
    import hashlib  # These cost start time, and few inventories have anything that is encrypted.
    import hmac

    key, signing, counter = _keys(password, envelope.salt)
    signature = hmac.new(signing, envelope.ciphertext, hashlib.sha256).digest()
    if not hmac.compare_digest(signature, envelope.signature):
        return None
    padded = _decrypted(envelope.ciphertext, key, counter)
    return padded[: -padded[-1]] if padded else b""


@lru_cache(maxsize=256)
def _keys(password: bytes, salt: bytes) -> tuple[bytes, bytes, bytes]:
    import hashlib

    made = hashlib.pbkdf2_hmac("sha256", password, salt, ROUNDS, 2 * KEY + COUNTER)
    return made[:KEY], made[KEY : 2 * KEY], made[2 * KEY :]


def _decrypted(ciphertext: bytes, key: bytes, counter: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CTR

    decryptor = Cipher(AES(key), CTR(counter)).decryptor()
    return decryptor.update(ciphertext) + decryptor.finalize()
