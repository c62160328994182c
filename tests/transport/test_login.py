"""Key files that can and cannot be offered."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from deploytasks.transport.login import AgentAt, KeyUnusableError, key_of_file

PrivateKey = Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
KEYS: list[PrivateKey] = [
    Ed25519PrivateKey.generate(),
    rsa.generate_private_key(65537, 2048),
    ec.generate_private_key(ec.SECP256R1()),
]
KINDS = ["ed25519", "rsa", "ecdsa"]


def nobody(_prompt: str) -> None:
    return None


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "id"


def write_key(file: Path, key: PrivateKey = KEYS[0], passphrase: bytes = b"") -> None:
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption))
    file.chmod(0o600)


@pytest.mark.parametrize("key", KEYS, ids=KINDS)
def test_keys_of_all_kinds_are_read(file: Path, key: PrivateKey) -> None:
    write_key(file, key)

    assert key_of_file(file, nobody).can_sign()


@pytest.mark.parametrize("key", KEYS, ids=KINDS)
def test_a_locked_key_opens_with_its_passphrase(file: Path, key: PrivateKey) -> None:
    write_key(file, key, b"secret")

    assert key_of_file(file, lambda _prompt: "secret").can_sign()


@pytest.mark.parametrize("key", KEYS, ids=KINDS)
def test_a_locked_key_without_a_person_is_left_to_the_agent(file: Path, key: PrivateKey) -> None:
    write_key(file, key, b"secret")

    with pytest.raises(KeyUnusableError, match=f"needs its passphrase; run ssh-add {file}"):
        key_of_file(file, nobody)


def test_a_wrong_passphrase_is_told(file: Path) -> None:
    write_key(file, passphrase=b"secret")

    with pytest.raises(KeyUnusableError, match="this is not its passphrase"):
        key_of_file(file, lambda _prompt: "wrong")


def test_a_missing_key_is_told(file: Path) -> None:
    with pytest.raises(KeyUnusableError, match="does not exist"):
        key_of_file(file, nobody)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_that_others_may_read_is_not_used(file: Path, mode: int) -> None:
    write_key(file)
    file.chmod(mode)

    with pytest.raises(KeyUnusableError, match=f"mode {mode:04o}"):
        key_of_file(file, nobody)


@pytest.mark.parametrize("text", ["", "ssh-ed25519 AAAA", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"])
def test_what_is_no_key_is_told(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o600)

    with pytest.raises(KeyUnusableError, match="is not a private key"):
        key_of_file(file, nobody)


def test_a_directory_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    with pytest.raises(KeyUnusableError, match="cannot be read: Is a directory"):
        key_of_file(tmp_path, nobody)


@pytest.mark.parametrize("place", [None, "", "NO_SUCH_VARIABLE", "/none/agent"])
def test_without_an_agent_there_are_no_keys(place: str | None) -> None:
    agent = AgentAt(place)

    assert agent.offers() == []
    agent.close()
