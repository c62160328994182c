"""What ``inv allow`` takes for a port, a time and a source."""

from __future__ import annotations

import pytest

from deploytasks.cli.allowing import parse_port, parse_source, parse_span
from deploytasks.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("8000", (8000, "tcp")),
        ("8000/tcp", (8000, "tcp")),
        ("53/udp", (53, "udp")),
        ("65535", (65535, "tcp")),
    ],
)
def test_a_port(text, port):
    assert parse_port(text) == port


@pytest.mark.parametrize("text", ["0", "65536", "http", "8000:8100", "8000/icmp", "-1", "٨٠٠٠", "8000;"])
def test_no_port(text):
    with pytest.raises(ConfigError, match="--port"):
        parse_port(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("15m", 900), ("1h", 3600), ("2d", 172800), ("720h", 2592000)]
)
def test_a_span(text, seconds):
    assert parse_span(text) == seconds


@pytest.mark.parametrize("text", ["0s", "0d", "31d", "721h", "1w", "1", "h", "1h30m", "-5m", "1.5h", "٣h"])
def test_no_span(text):
    with pytest.raises(ConfigError, match="--for"):
        parse_span(text)


@pytest.mark.parametrize(
    ("text", "source"),
    [("192.0.2.7", "192.0.2.7/32"), ("192.0.2.0/24", "192.0.2.0/24"), ("2001:DB8::/32", "2001:db8::/32")],
)
def test_a_source(text, source):
    assert parse_source(text) == source


@pytest.mark.parametrize("text", ["192.0.2.7/24", "example.org", "any", "1.2.3", "::/129"])
def test_no_source(text):
    with pytest.raises(ConfigError, match="--from"):
        parse_source(text)
