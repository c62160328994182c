"""What a unit of the app may do on its host, as systemd-analyze(1) sees it, and as the app finds it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.e2e.project import Project

TRIES = """

import ctypes
import mmap
import socket
from pathlib import Path


def may(act):
    try:
        act()
    except OSError:
        return "no"
    return "yes"


def make_namespace():
    # Of users, in a process of its own: unshare(2) wants one thread.
    if os.fork() == 0:
        os._exit(ctypes.CDLL(None).unshare(0x10000000) != 0)
    if os.wait()[1]:
        raise PermissionError


def list_interfaces():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()


tried = {
    "write its code": lambda: Path(__file__).write_text(""),
    "write beside it": lambda: Path(__file__).with_name("more.py").write_text(""),
    "write to /etc": lambda: Path("/etc/planted").write_text(""),
    "read the environment's file": lambda: Path(__file__).parents[1].joinpath("env").read_text(),
    "look into /home": lambda: list(Path("/root").iterdir()),
    "make a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "write to what is shared": lambda: Path(__file__).parent.joinpath("data/kept").write_text(""),
    "write to its home": lambda: Path.home().joinpath("kept").write_text(""),
    "write to its state": lambda: Path(os.environ["STATE_DIRECTORY"], "kept").write_text(""),
    "write to its cache": lambda: Path(os.environ["CACHE_DIRECTORY"], "kept").write_text(""),
    "read how much memory there is": lambda: Path("/proc/meminfo").read_text(),
    "make code": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
    "list the network interfaces": list_interfaces,
    "make a namespace": make_namespace,
    "use a device": lambda: open("/dev/ttyUSB0", "rb").read(1),
    "write to a disk": lambda: Path("/mnt/data/kept").write_text(""),
    "write to /tmp": lambda: Path("/tmp/kept").write_text(""),
    "reach the network": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
}
found = {name: may(act) for name, act in tried.items()}
os.environ["MAY"] = json.dumps(found)
"""
MAY = [
    "write to what is shared",
    "write to its home",
    "write to its state",
    "write to its cache",
    "read how much memory there is",
    "make code",
    "write to /tmp",
    "reach the network",
]
BY_ASKING = [
    "list the network interfaces",
    "make a namespace",
    "use a device",
    "write to a disk",
]
ASKED = {
    "systemd_allow": ["netlink", "namespaces"],
    "systemd_devices": ["/dev/ttyUSB0"],
    "systemd_read_write_paths": ["/mnt/data"],
    "app_groups": ["dialout"],
}
PLACES = """
mkdir -p /mnt/data
chown jail: /mnt/data
mknod -m 0660 /dev/ttyUSB0 c 1 5
chgrp dialout /dev/ttyUSB0
"""
"""A disk of the app's user's, and a device, in truth /dev/zero, that a group may use."""
ROOT = Path(__file__).parents[2]
READMES = (ROOT / "README.md", ROOT / "roles/systemd/README.md")


@pytest.fixture(scope="module")
def jail(target, tmp_path_factory) -> Project:
    jail = Project.make("jail", tmp_path_factory.mktemp("jail"), target("debian12"), app_shared=["data/"])
    jail.code("one", TRIES)
    return jail


def test_little_is_open_to_the_app(jail):
    jail.deploy()
    assert exposure(jail) <= 1.5
    assert may(jail) == MAY
    assert all(f"is {exposure(jail)} of 10" in readme.read_text() for readme in READMES)


def test_next_to_nothing_is_without_a_network_and_what_many_need(jail):
    jail.configure(app_network="none", systemd_deny=["jit", "proc"])
    jail.deploy()
    assert exposure(jail) <= 0.5
    denied = ("reach the network", "read how much memory there is", "make code")
    assert may(jail) == [what for what in MAY if what not in denied]


def test_what_an_app_needs_is_lifted_by_a_word(jail):
    jail.target.run(["sh", "-ec", PLACES])
    jail.configure(app_network="full", systemd_deny=[], **ASKED)
    jail.deploy()
    assert sorted(may(jail)) == sorted([*MAY, *BY_ASKING])
    tried = "touch /mnt/data/by-hand && head -c 1 /dev/ttyUSB0 | wc -c && ls $HOME"
    said = jail.typed("run", "--command", tried)
    assert (said.returncode, "kept" in said.stdout) == (0, True), said


def test_what_a_host_cannot_do_is_left_out_and_told(jail):
    found = "/run/deploytasks-unable"
    jail.target.run(["sh", "-c", f"printf PrivateUsers=yes > {found}"])
    try:
        check = jail.inv("check", "--diff")
        assert "left out of the app's units, as this host cannot do it: PrivateUsers=yes" in str(check.events)
        assert "+# This host cannot do PrivateUsers=yes." in str(check.events)
        assert "systemd cannot do PrivateUsers=yes here" in jail.typed("doctor").stdout
    finally:
        jail.target.run(["rm", found])


def may(jail: Project) -> list[str]:
    """What the app was able to do."""
    answers = json.loads(jail.says["environment"]["MAY"])
    return [what for what, answer in answers.items() if answer == "yes"]


def exposure(jail: Project) -> float:
    """Of 10; less is better."""
    unit = f"{jail.name}@{jail.current}.service"
    report = jail.target.run(["systemd-analyze", "security", "--no-pager", unit]).stdout
    (level,) = re.findall(r"Overall exposure level for .*: ([0-9.]+)", report)
    return float(level)
