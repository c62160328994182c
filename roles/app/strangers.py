"""What a client may say of itself, and no app shall hear but from a proxy that is trusted."""

from __future__ import annotations

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


def headers(*, is_guarded: bool) -> tuple[str, ...]:
    """Those; and where the web server asks for a password, what was said to it is nothing to the app."""
    return (*HEADERS, "Authorization") if is_guarded else HEADERS
