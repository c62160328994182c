"""A certificate and its key in files on the controller: told apart from useless ones before any host is contacted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from deploytasks.here import expanded
from deploytasks.here.permissions import who_else_may_use

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

CERTIFICATE = "tls_certificate"
KEY = "tls_certificate_key"


class KeyPair(NamedTuple):
    """A chain, the site's own certificate first, with the key of that one; *text* is both in PEM."""

    chain: tuple[Certificate, ...]
    text: str


def read_key_pair(certificate: str, key: str, names: Iterable[str]) -> str:
    """The files *certificate* and *key* as one PEM text; ``ValueError`` names what is wrong with which of them.

    They have to fit each other, to be valid now, and to be for all *names*.
    """
    pair = _pair(certificate, _content(certificate, CERTIFICATE), key, _secret(key))
    _require_valid_now(certificate, pair.chain)
    _require_names(certificate, pair.chain[0], names)
    return pair.text


def read_authorities(path: str) -> str:
    """The text of the PEM file *path*; ``ValueError`` when it holds no certificate."""
    content = _content(path, "acme_ca_bundle")
    _certificates(path, content, "acme_ca_bundle")
    return content.decode("ascii", "replace")


@lru_cache
def _pair(certificate: str, chain_pem: bytes, key: str, key_pem: bytes) -> KeyPair:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    spki = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    chain = _certificates(certificate, chain_pem, CERTIFICATE)
    private = _private_key(key, key_pem)
    own = private.public_key().public_bytes(*spki)
    places = [place for place, found in enumerate(chain, 1) if found.public_key().public_bytes(*spki) == own]
    if not places:
        raise ValueError(
            f"{KEY}: {key} is not the key of {certificate}; the two files are of different pairs"
        )
    if places[0] != 1:
        raise ValueError(
            f"{CERTIFICATE}: {certificate}: the certificate of {key} stands at place {places[0]}; put it first"
        )
    pem = [found.public_bytes(Encoding.PEM) for found in chain]
    pem.append(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return KeyPair(chain, b"".join(pem).decode("ascii"))


def _certificates(path: str, content: bytes, variable: str) -> tuple[Certificate, ...]:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return tuple(load_pem_x509_certificates(content))
    except ValueError as error:
        raise ValueError(f"{variable}: {path} holds no certificate in PEM form") from error


def _private_key(path: str, content: bytes) -> PrivateKeyTypes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(content, password=None)
    except TypeError as error:
        remedy = f"openssl pkey -in {path} -out plain.pem"
        raise ValueError(
            f"{KEY}: {path} is encrypted, and nobody is there to unlock it when the web server starts\n{remedy}"
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(f"{KEY}: {path} holds no private key in PEM form") from error


def _require_valid_now(path: str, chain: Sequence[Certificate]) -> None:
    now = datetime.now(timezone.utc)
    for found in chain:
        whose = f"{CERTIFICATE}: {path}: the certificate of {found.subject.rfc4514_string() or 'its names'}"
        if found.not_valid_after_utc <= now:
            raise ValueError(f"{whose} expired on {found.not_valid_after_utc:%Y-%m-%d}; renew it")
        if found.not_valid_before_utc > now:
            raise ValueError(f"{whose} is not valid before {found.not_valid_before_utc:%Y-%m-%d %H:%M} UTC")


def _require_names(path: str, certificate: Certificate, names: Iterable[str]) -> None:
    found = _names(certificate)
    lacking = [name for name in names if name not in found and _wildcard_for(name) not in found]
    if lacking:
        raise ValueError(
            f"{CERTIFICATE}: {path} is for {', '.join(sorted(found)) or 'no host'}, "
            f"not for {', '.join(lacking)}, which the site's server_name has"
        )


def _names(certificate: Certificate) -> set[str]:
    from cryptography.x509 import DNSName, ExtensionNotFound, SubjectAlternativeName

    try:
        extension = certificate.extensions.get_extension_for_class(SubjectAlternativeName)
    except ExtensionNotFound:
        return set()
    return {name.lower() for name in extension.value.get_values_for_type(DNSName)}


def _wildcard_for(name: str) -> str:
    """RFC 6125, 6.4.3: ``*`` stands for one label, the first."""
    return f"*.{name.partition('.')[2]}"


def _secret(path: str) -> bytes:
    content = _content(path, KEY)
    if others := who_else_may_use(expanded(path)):
        raise ValueError(f"{KEY}: {path} {others}")
    return content


def _content(path: str, variable: str) -> bytes:
    try:
        return expanded(path).read_bytes()
    except OSError as error:
        raise ValueError(f"{variable}: {path}: {error.strerror}") from error
