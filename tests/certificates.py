"""Certificates of every kind that people bring: made for one test, with keys that are nobody's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)
PEM = Encoding.PEM


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Authority:
    """Signs certificates."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)

    @cached_property
    def certificate(self) -> x509.Certificate:
        usage = x509.BasicConstraints(ca=True, path_length=0)
        return self._certificate("authority", self.key, DAY * 30, -DAY, [(usage, True)])

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(PEM)

    def pair(
        self, directory: Path, names: Iterable[str], days: int = 30, begins: timedelta = -DAY
    ) -> tuple[Path, Path]:
        """A certificate for *names* and its key, in files of *directory* that only their owner reads."""
        key = new_key()
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        extensions = [(alternatives, False), (usage, False)] if names else [(usage, False)]
        certificate = self._certificate("site", key, DAY * days, begins, extensions)
        directory.mkdir(parents=True, exist_ok=True)
        return (
            written(directory / "chain.pem", certificate.public_bytes(PEM) + self.pem),
            written(directory / "key.pem", key_pem(key)),
        )

    def _certificate(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        lasts: timedelta,
        begins: timedelta,
        extensions: Iterable[tuple[x509.ExtensionType, bool]],
    ) -> x509.Certificate:
        start = datetime.now(timezone.utc) + begins
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named("authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + lasts)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self.key, SHA256())


def key_pem(key: ec.EllipticCurvePrivateKey, password: str = "") -> bytes:
    lock: KeySerializationEncryption = (
        BestAvailableEncryption(password.encode()) if password else NoEncryption()
    )
    return key.private_bytes(PEM, PrivateFormat.PKCS8, lock)


def written(path: Path, content: bytes) -> Path:
    path.touch(0o600)
    path.write_bytes(content)
    return path


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"deploytasks test {name}")])
