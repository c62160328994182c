"""Pebble, an ACME directory for tests, on the loopback of a target: it rejects one nonce in twenty, as is its habit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from deploytasks.targets import Target
from tests.certificates import Authority
from tests.e2e.controller import wait_for
from tests.e2e.packages import install
from tests.e2e.test_rollback import NOTHING_GOES_OUT

PORT = 14000
MANAGEMENT = 15000
DNS = 8053
CHANGES = 8055
DIRECTORY = f"https://localhost:{PORT}/dir"
HOME = PurePosixPath("/root/pebble")
TELL = "import sys, urllib.request as web; web.urlopen(sys.argv[1], sys.argv[2].encode())"
ASK = """
import ssl, sys, urllib.request
context = ssl._create_unverified_context()
print(urllib.request.urlopen(sys.argv[1], context=context).read().decode())
"""


def start(target: Target, authority: Authority, directory: Path) -> None:
    """Pebble answers, and finds every name at this target."""
    install(target, "pebble")
    target.run(["mkdir", str(HOME)])
    chain, key = authority.pair(directory, ["localhost"])
    target.put(HOME / "chain.pem", chain.read_bytes())
    target.put(HOME / "key.pem", key.read_bytes())
    target.put(HOME / "config.json", json.dumps({"pebble": config()}).encode())
    dns = (
        "pebble-challtestsrv",
        "-defaultIPv4",
        "127.0.0.1",
        "-defaultIPv6",
        "",
        "-dns01",
        f"127.0.0.1:{DNS}",
    )
    others = [word for name in ("http01", "https01", "tlsalpn01") for word in (f"-{name}", "")]
    run(target, "dns", *dns, *others, "-management", f"127.0.0.1:{CHANGES}")
    run(target, "pebble", "pebble", "-config", f"{HOME}/config.json", "-dnsserver", f"127.0.0.1:{DNS}")
    wait_for(lambda: "BEGIN CERTIFICATE" in root(target), "pebble answers")


def forget(target: Target, name: str) -> None:
    """From now on nobody can look *name* up."""
    target.run(
        ["python3", "-c", TELL, f"http://127.0.0.1:{CHANGES}/set-servfail", json.dumps({"host": name})]
    )


@contextmanager
def out_of_reach(target: Target) -> Iterator[None]:
    """Nobody on the target reaches pebble, nor anything outside."""
    rules = [["OUTPUT", "-p", "tcp", "--dport", str(PORT), "-j", "REJECT"], NOTHING_GOES_OUT]
    for rule in rules:
        target.run(["iptables", "--insert", *rule])
    try:
        yield
    finally:
        for rule in rules:
            target.run(["iptables", "--delete", *rule])


def config() -> dict[str, object]:
    return {
        "listenAddress": f"127.0.0.1:{PORT}",
        "managementListenAddress": f"127.0.0.1:{MANAGEMENT}",
        "certificate": f"{HOME}/chain.pem",
        "privateKey": f"{HOME}/key.pem",
        "httpPort": 80,
        "tlsPort": 443,
    }


def run(target: Target, name: str, *argv: str) -> None:
    target.run(["systemd-run", f"--unit=test-{name}", "--setenv=PEBBLE_VA_NOSLEEP=1", *argv])


def root(target: Target) -> str:
    """The certificate of the authority that signs for this pebble; a new one at each of its starts."""
    return target.run(["python3", "-c", ASK, f"https://localhost:{MANAGEMENT}/roots/0"], check=False).stdout
