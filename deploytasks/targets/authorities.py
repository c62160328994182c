"""Certificate authorities that this controller trusts beyond Debian's own: a corporate proxy's, mostly."""

from __future__ import annotations

import os
from pathlib import Path

from deploytasks.agent.regex import regex

BUNDLE_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
DISTRIBUTED = Path("/usr/share/ca-certificates")
CERTIFICATE = regex(rb"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")


def extra_authorities() -> list[bytes]:
    """Each PEM certificate of the bundles named in the environment that Debian does not ship itself."""
    known = {pem for path in DISTRIBUTED.rglob("*.crt") for pem in certificates(path)}
    bundles = {os.environ[name] for name in BUNDLE_VARIABLES if os.environ.get(name)}
    return sorted({pem for bundle in bundles for pem in certificates(Path(bundle))} - known)


def certificates(bundle: Path) -> list[bytes]:
    if not bundle.is_file():
        return []
    return [pem.replace(b"\r", b"") for pem in CERTIFICATE.findall(bundle.read_bytes())]
