"""Whether a run did what it was asked to: what the hosts answer, and whether anything changed on them."""

from __future__ import annotations

import json
from urllib.request import urlopen

from bench.host import Host

ANSWER_TIMEOUT_S = 10
STATIC = "static/00/page-0000.txt"
INCIDENTAL = ("__pycache__", "/srv/shop/history.jsonl ")
"""Python's own caches, and the line that deploytasks writes of each run."""

TRACES = """
find /opt /srv /usr -xdev -printf '%p %i %m %u %s %C@ %l\\n'
find /etc -xdev -printf '%p %m %u %l\\n'
find /etc -xdev -type f -exec sha256sum {} +
systemctl show --property=Id,MainPID,ActiveEnterTimestamp 'shop*' nginx ufw
"""
"""Of settings it is the content that counts: Ansible's ufw writes the same rules again."""


class Wrong(Exception):
    """A run whose figures do not count."""


def serves(host: Host, release: str) -> None:
    """Raises `Wrong` unless *host* answers with *release* and has static files, through its web server."""
    try:
        with urlopen(f"http://{host.address}/", timeout=ANSWER_TIMEOUT_S) as answer:
            version = json.load(answer)["version"]
        with urlopen(f"http://{host.address}/{STATIC}", timeout=ANSWER_TIMEOUT_S) as answer:
            answer.read()
    except (OSError, ValueError) as error:
        raise Wrong(f"{host.name} does not answer: {error}") from error
    if version != release:
        raise Wrong(f"{host.name} answers with {version}, not with {release}")


def unchanged(host: Host, before: frozenset[str]) -> None:
    """Raises `Wrong` unless *host*'s traces are what they were *before*."""
    different = sorted(traces(host) ^ before)
    if different:
        raise Wrong(f"{host.name} is not as it was, though nothing differed\n" + "\n".join(different))


def traces(host: Host) -> frozenset[str]:
    """Every file that a deploy may touch, with its time of change or content, and the running services."""
    listing = host.target.run(["sh", "-c", TRACES]).stdout
    return frozenset(line for line in listing.splitlines() if not any(part in line for part in INCIDENTAL))
