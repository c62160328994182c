"""Containers of targets boot on both kinds of cgroups and keep to ports of their own."""

from __future__ import annotations

import socket
from pathlib import Path

from deploytasks.targets.container import HOST, PORTS, boot_options, container_name, free_ports, is_free


def test_cgroup_v1_shares_the_hierarchies_of_the_host():
    options = boot_options("1")
    assert options["cgroupns"] == "host"
    assert options["volumes"] == ["/sys/fs/cgroup:/sys/fs/cgroup:rw"]


def test_cgroup_v2_stays_in_a_namespace_of_its_own():
    options = boot_options("2")
    assert options["cgroupns"] == "private"
    assert "volumes" not in options
    assert "remount" in options["command"][-1]


def test_docker_inside_has_a_file_system_for_its_layers():
    for version in ("1", "2"):
        (mount,) = boot_options(version)["mounts"]
        assert (mount["Target"], mount["Type"], mount["Source"]) == ("/var/lib/docker", "volume", None)


def test_no_target_is_privileged():
    assert not any("privileged" in boot_options(version) for version in ("1", "2"))


def test_two_checkouts_can_both_have_a_demo():
    assert container_name(Path("/a"), "demo") != container_name(Path("/b"), "demo")


def test_a_port_in_use_is_not_offered():
    with socket.socket() as taken:
        taken.bind((HOST, next(free_ports())))
        assert not is_free(taken.getsockname()[1])


def test_ports_are_ones_that_outgoing_connections_do_not_take():
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert PORTS.stop <= first
