"""The key pair that logs into targets, and the host keys that targets are known by."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from deploytasks.here.private_file import writing_private


def ensure_key(path: Path) -> Path:
    """An Ed25519 private key in OpenSSH's format, mode 0600, with `.pub` beside it; made once."""
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        public_half(path).write_bytes(public + b" deploytasks-targets\n")
        private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        with writing_private(path) as file:
            file.write(private)
    return path


def public_half(path: Path) -> Path:
    return path.with_name(f"{path.name}.pub")


def known_hosts_lines(host: str, port: int, public_keys: str) -> str:
    r"""*public_keys*, as in `/etc/ssh/ssh_host_*_key.pub`, as lines of ssh_known_hosts (sshd(8)).

    >>> known_hosts_lines("127.0.0.1", 2222, "ssh-ed25519 AAAA root@web\n")
    '[127.0.0.1]:2222 ssh-ed25519 AAAA\n'
    """
    fields = [line.split() for line in public_keys.splitlines()]
    return "".join(f"[{host}]:{port} {algorithm} {key}\n" for algorithm, key, *_comment in fields)
