"""What a client may say of itself, and no app shall hear but from a proxy that is trusted."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network

HEADERS = (
    "Forwarded",
    "Front-End-Https",
    "Proxy",
    "Remote-User",
    "True-Client-IP",
    "X-Auth-Request-User",
    "X-Client-IP",
    "X-Forwarded",
    "X-Forwarded-Access-Token",
    "X-Forwarded-By",
    "X-Forwarded-Client-Cert",
    "X-Forwarded-Email",
    "X-Forwarded-Groups",
    "X-Forwarded-Method",
    "X-Forwarded-Path",
    "X-Forwarded-Preferred-Username",
    "X-Forwarded-Prefix",
    "X-Forwarded-Protocol",
    "X-Forwarded-Scheme",
    "X-Forwarded-Server",
    "X-Forwarded-Ssl",
    "X-Forwarded-Uri",
    "X-Forwarded-User",
    "X-Original-URL",
    "X-Remote-User",
    "X-Rewrite-URL",
    "X-Scheme",
    "X-Script-Name",
    "X-SSL-Client-Cert",
    "X-SSL-Client-S-DN",
    "X-SSL-Client-Verify",
    "X-URL-Scheme",
)
"""Frameworks and their middlewares take these for a proxy's; Proxy would be that of the app (CVE-2016-1000110)."""

FORWARDED = "X-Forwarded-"
"""How most of them begin."""
REAL_ADDRESS = "X-Real-IP"


def others() -> tuple[str, ...]:
    """What no app shall hear that people reach without a web server, besides all that begins with ``FORWARDED``."""
    return (*(name for name in HEADERS if not name.startswith(FORWARDED)), REAL_ADDRESS)


def require_networks(given: Iterable[str]) -> None:
    """Raise ``ValueError`` when one is neither an address nor a range (RFC 4632)."""
    for text in given:
        try:
            ip_network(text, strict=False)
        except ValueError:
            raise ValueError(
                f"trusted_proxies: {text!r}; expected an address or a range such as 10.0.0.0/8"
            ) from None
