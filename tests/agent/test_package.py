"""Packages: read from dpkg's database, installed by apt-get, failures explained."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.packages.dpkg import package_states
from deploytasks.agent.packages.package import Package
from deploytasks.agent.packages.policy import NOTHING_STARTS, nothing_started

DATABASE = """\
Package: libc6
Status: install ok installed
Architecture: i386

Package: libc6
Status: install ok half-configured
Architecture: amd64

Package: mawk
Status: install ok installed
Architecture: amd64
Provides: awk, posix-awk (= 1.0)

Package: exim4
Status: deinstall ok config-files
Architecture: amd64
Provides: mail-transport-agent

Package: man-db
Status: hold ok triggers-pending
Architecture: all
Description: nothing
 Package: hidden
"""


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("libc6", "half-configured"),
        ("libc6:i386", "installed"),
        ("libc6:armhf", "absent"),
        ("man-db", "installed"),
        ("exim4", "config-files"),
        ("awk", "installed"),
        ("posix-awk", "installed"),
        ("mail-transport-agent", "absent"),
        ("mail-transport", "absent"),
        ("hidden", "absent"),
    ],
)
def test_the_state_is_what_dpkg_says(host, name, state):
    host.write("/var/lib/dpkg/status", DATABASE)
    host.write("/var/lib/dpkg/arch", "amd64\ni386\n")
    assert package_states(host.machine, [name]) == {name: state}


def test_one_name_needs_no_tuple():
    assert Package("nginx") == Package(("nginx",))


@pytest.mark.parametrize("name", ["nginx-", "-o", "", "a b", "Nginx", "nginx=1.0", "nginx/stable"])
def test_a_name_that_apt_would_take_for_something_else_is_refused(name):
    with pytest.raises(ValueError, match="package name"):
        Package(name)


def install(host, *names):
    package, machine = Package(names), host.machine
    package.apply(machine, Change(package.inspect(machine), package.desired()))
    return [call for call in host.calls if call.startswith("apt-get")]


def test_only_what_is_missing_is_installed(host):
    assert install(host, "base-files", "nginx")[0].endswith("-- nginx")


def test_a_name_is_no_pattern_to_apt(host):
    assert "APT::Cmd::Pattern-Only=true" in install(host, "nginx")[0]


def test_a_fresh_index_is_used_as_it_is(host):
    assert len(install(host, "nginx")) == 1


@pytest.mark.parametrize("age_s", [25 * 3600, None], ids=["old", "none"])
def test_a_stale_index_is_refreshed_first(host, age_s):
    lists = host.path("/var/lib/apt/lists")
    (lists / "debian_Packages").rename(host.home / "published")
    if age_s:
        (lists / "debian_Packages").write_text("")
        for path in (lists, lists / "partial"):
            os.utime(path, (path.stat().st_mtime - age_s,) * 2)
    assert [call.split()[1] for call in install(host, "nginx")] == ["update", "install"]


def test_a_name_that_a_fresh_index_lacks_is_looked_for_in_a_newer_one(host):
    (host.home / "published").write_text("wrk\n")
    assert [call.split()[1] for call in install(host, "wrk")] == ["install", "update", "install"]


def test_a_name_that_no_index_has_is_told(host):
    with pytest.raises(StepError, match="package index has no wrk; check the name") as caught:
        install(host, "wrk")
    assert "Unable to locate package wrk" in caught.value.output


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            "E: dpkg was interrupted, you must manually run 'dpkg --configure -a'",
            "run `sudo dpkg --configure -a`",
        ),
        ("E: Failed to fetch http://x/ Could not connect to x:80", "package index unreachable"),
        (
            "W: Temporary failure resolving 'archive.example.org'\nE: 404  Not Found",
            "unreachable from this host",
        ),
        ("Package mta is a virtual package provided by:\n  exim4", "mta is a virtual package; name one"),
        ("E: disk full", "apt-get install nginx ended with 1"),
    ],
)
def test_the_cause_of_a_failure_is_told(host, output, reason):
    host.fail("apt-get", output)
    with pytest.raises(StepError, match=reason) as caught:
        install(host, "nginx")
    assert output.splitlines()[-1] in caught.value.output


HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "r+")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.readline()
"""


def test_a_held_lock_is_waited_for_and_its_holder_named(host):
    lock = host.write("/var/lib/dpkg/lock-frontend", "")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        # Whoever is told about the wait ends it, so nothing here depends on time.
        host.on_note = lambda _: holder.stdin.close()
        install(host, "nginx")
    assert len(host.said) == 1
    assert re.fullmatch(
        r"waiting for apt: process %d \(.+\) holds /var/lib/dpkg/lock-frontend" % holder.pid, host.said[0]
    )


POLICY = "/usr/sbin/policy-rc.d"


def install_unstarted(host):
    package = Package("nginx", unstarted=True)
    package.apply(host.machine, Change(package.inspect(host.machine), package.desired()))


def test_what_is_installed_unstarted_is_not_started_by_its_package(host):
    policy = host.path(POLICY)
    policy.parent.mkdir(parents=True)
    with nothing_started(host.machine):
        assert subprocess.run([str(policy)], check=False).returncode == 101
    assert not policy.exists()


def test_a_policy_of_somebody_elses_holds_and_stays(host):
    policy = host.write(POLICY, "#!/bin/sh\nexit 0\n", 0o755)
    install_unstarted(host)
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"


def test_a_policy_that_a_killed_run_has_left_is_taken_away(host):
    policy = host.write(POLICY, NOTHING_STARTS.decode(), 0o755)
    install_unstarted(host)
    assert not policy.exists()


def test_an_installation_that_fails_leaves_no_policy(host):
    host.path(POLICY).parent.mkdir(parents=True)
    host.fail("apt-get-install", "E: broken")
    with pytest.raises(StepError):
        install_unstarted(host)
    assert not host.path(POLICY).exists()
