"""Who may see a site: names with passwords, which leave this machine as hashes alone (HTTP's Basic, RFC 7617)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")
LONGEST = 72
"""Bytes of a password that bcrypt looks at."""
COST = 5
"""That of htpasswd(1): it is paid at each request."""
SALT_BYTES = 16


def require_logins(logins: Mapping[str, str]) -> None:
    """Raise ``ValueError`` for a name or a password that cannot be hashed as it is; no password is told."""
    for name, password in logins.items():
        if not NAME.fullmatch(name):
            raise ValueError(f"basic_auth: {name!r} is no name; expected letters, digits and . _ @ -")
        if not password or len(password.encode()) > LONGEST or not password.isprintable():
            raise ValueError(f"basic_auth: {name}: expected a password of at most {LONGEST} bytes, all of them printable")


def hashed(site: str, logins: Mapping[str, str]) -> dict[str, str]:
    """The bcrypt hashes of *logins*, by name.

    The salt is that of the name at *site*, so the same password has the same hash at the next deploy.
    """
    import bcrypt

    return {
        name: bcrypt.hashpw(password.encode(), _salt(f"{site}\0{name}")).decode().replace("$2b$", "$2y$", 1)
        for name, password in logins.items()
    }


def _salt(text: str) -> bytes:
    """As bcrypt writes it: 16 bytes in its own alphabet of 64."""
    import base64

    usual = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    own = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    encoded = base64.b64encode(hashlib.sha256(text.encode()).digest()[:SALT_BYTES]).rstrip(b"=")
    return b"$2b$%02d$" % COST + encoded.translate(bytes.maketrans(usual, own))
