"""Types of accounts, packages, SSH and the system on a real host: a failed run leaves what was."""

from __future__ import annotations

import os
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from deploytasks import Inventory, Results, apply
from deploytasks.agent.frozen import frozen
from deploytasks.planning.plan import Step
from deploytasks.report import QuietReporter
from deploytasks.resources import (
    AptRepository,
    AuthorizedKey,
    AuthorizedKeys,
    Command,
    CronJob,
    Debconf,
    DropIn,
    Fail2banJail,
    Group,
    Hostname,
    HostsEntry,
    Journald,
    KnownHost,
    Locale,
    Logrotate,
    Mount,
    Package,
    Pip,
    Service,
    SshdSetting,
    Sudoers,
    Sysctl,
    Timer,
    Timezone,
    User,
)
from deploytasks.targets import Target, up
from tests.agent.contract_of_systems import HASH, KEY, OPENPGP, OTHER_KEY

pytestmark = pytest.mark.skipif("TYPES" not in os.environ, reason="make test-types asks for every type")
PACKAGES = "cron debconf-utils fail2ban less logrotate nftables python3-systemd python3-venv"
SETTING_OUT = f"""
set -e
apt-get update
apt-get install --yes --no-install-recommends {PACKAGES}
mount -o remount,rw /proc/sys
useradd --create-home --shell /bin/sh ann
install -d -o ann -g ann -m 700 /home/ann/.ssh
echo '{OTHER_KEY}' > /home/ann/.ssh/authorized_keys
chown ann: /home/ann/.ssh/authorized_keys
"""
HASHED = f"""
cd /home/ann/.ssh
echo 'git.test {KEY}' > known_hosts
ssh-keygen -H -f known_hosts
chown ann: *
"""
MOUNTED = """
mkdir -p /srv/more
grep -q srv/more /etc/fstab || echo 'tmpfs /srv/more tmpfs size=1m 0 0' >> /etc/fstab
mountpoint -q /srv/more || mount /srv/more
"""
TIDIED = """
cd /etc/systemd/system
printf '[Timer]\\nOnCalendar=daily\\n' > tidy2.timer
printf '[Service]\\nExecStart=true\\n' > tidy2.service
systemctl start tidy2.timer
"""
WATCHED = """
printf '[sshd]\\nbackend = systemd\\n' > /etc/fail2ban/jail.d/a.conf
systemctl restart fail2ban
until fail2ban-client ping; do sleep .1; done
"""


@dataclass(frozen=True)
class Row:
    """A resource, a question about it, and the answer when it is there; *before* is a shell line that goes first."""

    resource: Any
    question: str
    answer: str
    before: str = ""
    comes_back: bool = True


ROWS = {
    "user": Row(
        User("bob", False, "/home/bob", "/bin/sh", uid=1300),
        "getent passwd bob | cut -d: -f3,7",
        "1300:/bin/sh",
    ),
    "user, a password and a day": Row(
        User("ann", False, "/home/ann", "/bin/sh", password=HASH, expires="2027-01-31"),
        "getent shadow ann | cut -d: -f2,8",
        f"{HASH}:20849",
    ),
    "user, groups exactly": Row(
        User("ann", False, "/home/ann", "/bin/sh", groups=("adm",), append=False),
        "id -nG ann",
        "ann adm",
        "usermod -aG mail ann",
    ),
    "user, absent": Row(
        User("ted", state="absent", remove=True),
        "getent passwd ted; ls -d /home/ted 2>/dev/null; echo none",
        "none",
        "useradd -m ted",
        False,
    ),
    "group": Row(Group("staff2", False, 4000), "getent group staff2", "staff2:x:4000:"),
    "group, another number": Row(
        Group("g2", gid=4002), "getent group g2", "g2:x:4002:", "getent group g2 || groupadd -g 4001 g2"
    ),
    "sudoers": Row(
        Sudoers("ann", user="ann", commands=("/usr/bin/id",)),
        "runuser -u ann -- sudo -n id -un 2>&1 | tail -1",
        "root",
    ),
    "authorized key": Row(AuthorizedKey("ann", KEY), "grep -c . /home/ann/.ssh/authorized_keys", "2"),
    "authorized keys, no others": Row(
        AuthorizedKeys("ann", (KEY,), True), "cat /home/ann/.ssh/authorized_keys", KEY
    ),
    "authorized keys, a new file": Row(
        AuthorizedKeys("games", (KEY,)), "stat -c '%a %U' /usr/games/.ssh/authorized_keys 2>&1", "600 games"
    ),
    "known host": Row(
        KnownHost("git.test", KEY),
        "ssh-keygen -F git.test -f /etc/ssh/ssh_known_hosts | tail -1",
        "git.test " + KEY.rpartition(" ")[0],
    ),
    "known host, hashed, absent": Row(
        KnownHost("git.test", state="absent", user="ann"),
        "ssh-keygen -F git.test -f /home/ann/.ssh/known_hosts 2>&1 | wc -l",
        "0",
        HASHED,
    ),
    "sshd setting": Row(SshdSetting({"MaxAuthTries": 3}), "sshd -T | grep maxauthtries", "maxauthtries 3"),
    "package": Row(
        Package("ed"), "dpkg-query -Wf '${db:Status-Status}' ed 2>&1", "installed", comes_back=False
    ),
    "package, held": Row(
        Package("less", hold=True), "apt-mark showhold", "less", "apt-mark unhold less", comes_back=False
    ),
    "package, absent": Row(
        Package("less", state="absent", purge=True, hold=False),
        "ls /usr/bin/less 2>/dev/null; echo gone",
        "gone",
        comes_back=False,
    ),
    "package, latest": Row(
        Package("bc", state="latest"),
        "dpkg-query -Wf '${db:Status-Status}' bc 2>&1",
        "installed",
        comes_back=False,
    ),
    "apt repository": Row(
        AptRepository("ours", "https://packages.test/debian", "stable", "main", OPENPGP, enabled=False),
        "apt-cache policy >/dev/null && grep -c . /etc/apt/sources.list.d/ours.sources /etc/apt/keyrings/ours.asc",
        "/etc/apt/sources.list.d/ours.sources:7\n/etc/apt/keyrings/ours.asc:4",
    ),
    "debconf": Row(
        Debconf("tzdata", "tzdata/Zones/Etc", "select", "Greenwich"),
        "debconf-show tzdata | grep -o 'Zones/Etc: .*'",
        "Zones/Etc: Greenwich",
    ),
    "pip": Row(
        Pip("toml", "/opt/toml"), "/opt/toml/bin/python -c 'import toml; print(1)'", "1", comes_back=False
    ),
    "hostname": Row(Hostname("web7"), "hostname; cat /etc/hostname", "web7\nweb7"),
    "hosts entry": Row(
        HostsEntry("10.9.9.9", "db1 db1.test"), "getent hosts db1.test", "10.9.9.9        db1 db1.test"
    ),
    "timezone": Row(
        Timezone("Europe/Berlin"), "date -d 2026-12-01T00:00Z +%Z; cat /etc/timezone", "CET\nEurope/Berlin"
    ),
    "locale": Row(Locale("C.UTF-8"), "cat /etc/default/locale", "LANG=C.UTF-8"),
    "sysctl": Row(
        Sysctl("net.core.somaxconn", 1234),
        "cat /proc/sys/net/core/somaxconn; grep -h somaxconn /etc/sysctl.d/*",
        "1234\nnet.core.somaxconn = 1234",
    ),
    "mount": Row(
        Mount("/srv/data", "tmpfs", "tmpfs", "size=1m,noexec"),
        "grep -o '/srv/data .*noexec' /proc/mounts; grep -c srv/data /etc/fstab",
        "/srv/data tmpfs rw,noexec\n1",
    ),
    "mount, other options": Row(
        Mount("/srv/more", "tmpfs", "tmpfs", "size=1m,noatime"),
        "grep -o '/srv/more .*noatime' /proc/mounts",
        "/srv/more tmpfs rw,noatime",
        MOUNTED,
    ),
    "cron job": Row(
        CronJob("nightly", "true", minute="5", hour="4"),
        "grep true /etc/cron.d/nightly",
        "5 4 * * * root true",
    ),
    "timer": Row(
        Timer("tidy", "/bin/true", "daily"),
        "systemctl is-active tidy.timer; systemctl is-enabled tidy.timer",
        "active\nenabled",
    ),
    "timer, another time": Row(
        Timer("tidy2", "/bin/true", "hourly"),
        "grep OnCalendar /etc/systemd/system/tidy2.timer; systemctl is-active tidy2.timer",
        "OnCalendar=hourly\nactive",
        TIDIED,
    ),
    "logrotate": Row(
        Logrotate("shop", "/var/log/shop/*.log"),
        "logrotate -d /etc/logrotate.d/shop 2>&1 | grep -o 'weekly (4 rotations)'",
        "weekly (4 rotations)",
    ),
    "journald": Row(
        Journald({"SystemMaxUse": "77M"}),
        "systemd-analyze cat-config systemd/journald.conf | grep ^SystemMaxUse",
        "SystemMaxUse=77M",
    ),
    "drop-in": Row(DropIn("cron", "[Service]\nNice=5\n"), "systemctl show -p Nice cron", "Nice=5"),
    "service, stopped": Row(
        Service("cron", running=False, enabled=False),
        "systemctl is-active cron; systemctl is-enabled cron",
        "inactive\ndisabled",
    ),
    "service, masked": Row(
        Service("cron", running=False, enabled=None, masked=True),
        "systemctl is-enabled cron",
        "masked",
        "systemctl enable --now -q cron",
    ),
    "fail2ban jail": Row(
        Fail2banJail("sshd", {"backend": "systemd", "maxretry": 9}),
        "fail2ban-client get sshd maxretry 2>&1",
        "9",
        WATCHED,
    ),
}


@pytest.fixture(scope="module")
def bare(target_state) -> Target:
    bare = up("types", "debian12", state=target_state, say=print)
    bare.run(["sh", "-c", SETTING_OUT])
    return bare


@pytest.fixture(scope="module")
def hosts(bare, tmp_path_factory) -> Any:
    file = tmp_path_factory.mktemp("types") / "inventory.ini"
    file.write_text(f"{bare.entry}\n")
    return Inventory.load(file).hosts


@frozen
class Vars:
    """None."""


def role_of(*resources: Any) -> Any:
    """A role that has *resources* for its steps."""
    role: Any = types.ModuleType("tried")
    role.Vars = Vars
    role.steps = lambda host, v: iterate(resources)
    return role


def iterate(resources: Any) -> Iterator[Step]:
    yield from (Step(f"try {type(each).__name__} {number}", each) for number, each in enumerate(resources))


def changed(results: Results) -> int:
    results.raise_for_failures()
    (recap,) = results.hosts.values()
    return recap.changed


@pytest.mark.parametrize("name", ROWS)
def test_a_failed_run_leaves_what_was_and_a_second_one_has_nothing_to_do(name, bare, hosts):
    row = ROWS[name]

    def said() -> str:
        return bare.run(["sh", "-c", row.question], check=False).stdout.strip()

    if row.before:
        bare.run(["sh", "-c", row.before])
    before = said()
    assert before != row.answer
    if row.comes_back:
        failing = Command(("false",), creates="/nosuch")
        results = apply(hosts, [role_of(row.resource, failing)], reporter=QuietReporter())
        (recap,) = results.hosts.values()
        assert "false ended with 1" in (recap.error or "")
        assert "could not be put back" not in (recap.error or "")
        assert said() == before
    assert changed(apply(hosts, [role_of(row.resource)], check=True, reporter=QuietReporter())) == 1
    assert changed(apply(hosts, [role_of(row.resource)], reporter=QuietReporter())) == 1
    assert said() == row.answer
    assert changed(apply(hosts, [role_of(row.resource)], reporter=QuietReporter())) == 0
