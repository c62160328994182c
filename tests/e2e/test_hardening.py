"""What a unit of the app may do on its host, as systemd-analyze(1) sees it, and as the app finds it."""

from __future__ import annotations

import json
import re

import pytest

from tests.e2e.project import Project

TRIES = """

import socket
from pathlib import Path


def may(act):
    try:
        act()
    except OSError:
        return "no"
    return "yes"


tried = {
    "write its code": lambda: Path(__file__).write_text(""),
    "write beside it": lambda: Path(__file__).with_name("more.py").write_text(""),
    "write to /etc": lambda: Path("/etc/planted").write_text(""),
    "read the environment's file": lambda: Path(__file__).parents[1].joinpath("env").read_text(),
    "look into /home": lambda: list(Path("/root").iterdir()),
    "make a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "write to what is shared": lambda: Path(__file__).parent.joinpath("data/kept").write_text(""),
    "write to /tmp": lambda: Path("/tmp/kept").write_text(""),
    "reach the network": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
}
found = {name: may(act) for name, act in tried.items()}
os.environ["MAY"] = json.dumps(found)
"""
MAY = ("write to what is shared", "write to /tmp", "reach the network")


@pytest.fixture(scope="module")
def jail(target, tmp_path_factory) -> Project:
    jail = Project.make("jail", tmp_path_factory.mktemp("jail"), target("debian12"), app_shared=["data/"])
    jail.code("one", TRIES)
    return jail


@pytest.mark.parametrize(("network", "most"), [("full", 1.5), ("none", 0.5)])
def test_little_is_open_to_the_app(jail, network, most):
    jail.configure(app_network=network)
    jail.deploy()
    assert exposure(jail) <= most
    may = json.loads(jail.says["environment"]["MAY"])
    assert [what for what, answer in may.items() if answer == "yes"] == [
        what for what in MAY if network == "full" or what != "reach the network"
    ]


def exposure(jail: Project) -> float:
    """Of 10; less is better."""
    unit = f"{jail.name}@{jail.current}.service"
    report = jail.target.run(["systemd-analyze", "security", "--no-pager", unit]).stdout
    (level,) = re.findall(r"Overall exposure level for .*: ([0-9.]+)", report)
    return float(level)
