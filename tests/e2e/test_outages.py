"""What an app needs is away for a while: it serves again by itself when that is back."""

from __future__ import annotations

import pytest

from tests.e2e.controller import wait_for
from tests.e2e.project import Project

NEEDS = """

import socket

socket.create_connection(("127.0.0.1", 5999), 2).close()
"""
DATABASE = (
    "import socketserver; socketserver.TCPServer(('', 5999), socketserver.BaseRequestHandler).serve_forever()"
)
BURST = 6
"""More starts than systemd allows, unless it is told otherwise (systemd.unit(5), ``StartLimitBurst``)."""
MANY = 30_000
PRINTS = f"""

for number in range({MANY}):
    print("line", number)
print("all of them")
"""


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

    wait_for(lambda: restarts() >= BURST, "starts that fail")
    run(start)
    assert shop.says["version"] == "one"


def test_a_deploy_does_not_wait_for_one_that_fails(shop):
    serving = shop.current
    shop.code("two", NEEDS.replace("5999", "5998"))
    run = shop.inv("deploy")
    assert run.exit_code == 2
    assert "ConnectionRefusedError" in str(run.failure)
    assert (shop.current, shop.says["version"]) == (serving, "one")


def test_nothing_that_an_app_prints_is_dropped(shop):
    shop.code("three", PRINTS)
    shop.deploy()
    printed = ["journalctl", "--quiet", "--output=cat", f"--unit={shop.name}@{shop.current}.service"]
    wait_for(lambda: "all of them" in shop.target.run(printed).stdout, "the last line")
    said = shop.target.run(printed).stdout
    assert said.count("line ") == MANY
