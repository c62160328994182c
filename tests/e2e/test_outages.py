"""What an app needs is away for a while: it serves again by itself when that is back."""

from __future__ import annotations

import pytest

from tests.e2e.controller import wait_for
from tests.e2e.project import Project

NEEDS = """

import socket

socket.create_connection(("127.0.0.1", 5999), 2).close()
"""
DATABASE = """
import socketserver

socketserver.TCPServer.allow_reuse_address = True
socketserver.TCPServer(("", 5999), socketserver.BaseRequestHandler).serve_forever()
"""
MANY = 5_000
PRINTS = f"""

for number in range({MANY}):
    print("line", number)
print("all of them")
"""
SMALL_LIMIT = """
mkdir -p /etc/systemd/journald.conf.d
printf '[Journal]\nRateLimitBurst=100\n' > /etc/systemd/journald.conf.d/small.conf
systemctl restart systemd-journald
"""
NO_LIMIT = "rm /etc/systemd/journald.conf.d/small.conf; systemctl restart systemd-journald"
STARTS = 5
"""So many used to end it for good."""


@pytest.fixture(scope="module")
def shop(web, tmp_path_factory) -> Project:
    return Project.make("dependent", tmp_path_factory.mktemp("dependent"), web)


def test_an_app_whose_database_was_away_serves_again_by_itself(shop):
    """Its processes are killed meanwhile, and each new one ends at import."""
    run = shop.target.run
    start = ["systemd-run", "--quiet", "--unit=base", "python3", "-c", DATABASE]
    run(start)
    wait_for(lambda: run(["sh", "-c", "ss -ltn | grep :5999"], check=False).returncode == 0, "a database")
    shop.code("one", NEEDS)
    shop.deploy()
    unit = f"{shop.name}@{shop.current}.service"
    run(["systemctl", "stop", "base"])
    run(["systemctl", "kill", "--signal=KILL", unit])

    def restarts() -> int:
        return int(run(["systemctl", "show", "--value", "--property=NRestarts", unit]).stdout)

    wait_for(lambda: restarts() >= STARTS, "starts that fail")
    run(start)
    assert shop.says["version"] == "one"


def test_nothing_that_an_app_prints_is_dropped(shop):
    run = shop.target.run
    run(["sh", "-ec", SMALL_LIMIT])
    try:
        shop.code("two", PRINTS)
        shop.deploy()
        printed = ["journalctl", "--quiet", "--output=cat", f"--unit={shop.name}@{shop.current}.service"]
        wait_for(lambda: "all of them" in run(printed).stdout, "the last line")
        assert run(printed).stdout.count("line ") == MANY
    finally:
        run(["sh", "-c", NO_LIMIT])
