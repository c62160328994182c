"""Cases of accounts, SSH, packages and the system."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deploytasks.resources import (
    AptRepository,
    AuthorizedKey,
    AuthorizedKeys,
    CronJob,
    Debconf,
    Group,
    Hostname,
    KnownHost,
    Mount,
    Package,
    Service,
    Sudoers,
    Sysctl,
    Timezone,
    User,
)
from tests.agent.contract_of_systems import HASH, KEY, OTHER_KEY
from tests.types.case import Case

PACKAGES = "cron less python3-apt python3-debian ed"
READY = (
    f"apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {PACKAGES}"
)
LAST = 1801353600
"""The second at which 2027-01-31 begins."""
MOUNTED_ALONE = (
    "in a container /etc/hostname is mounted on its own: it is written where it is, Ansible's module fails"
)
HOME = "useradd --create-home --shell /bin/sh {0}"


def cases() -> Iterator[Case]:
    """All of them; the first brings the packages that both need."""
    yield from users()
    yield from groups()
    yield from keys()
    yield from packages()
    yield from system()
    yield from services()


def users() -> Iterator[Case]:
    module = "ansible.builtin.user"

    def user(
        name: str, who: str, ours: dict[str, Any], theirs: dict[str, Any], asked: str, before: str
    ) -> Case:
        mine = User(who, **{"system": False, "home": f"/home/{who}", "shell": "/bin/sh", **ours})
        return Case(name, mine, module, {"name": who, "shell": "/bin/sh", **theirs}, before, asked)

    nobody = {"home": "/nonexistent", "shell": "/usr/sbin/nologin"}
    yield user(
        "of the system",
        "u1",
        {"system": True, **nobody},
        {"system": True, "create_home": False, **nobody},
        "getent passwd u1 | cut -d: -f1,5-",
        READY,
    )
    yield user(
        "a number and groups",
        "u2",
        {"uid": 1402, "groups": ("adm", "mail")},
        {"uid": 1402, "groups": ["adm", "mail"], "append": True},
        "id u2; ls -A /home/u2",
        "true",
    )
    yield user(
        "a password",
        "u3",
        {"password": HASH},
        {"password": HASH},
        "getent shadow u3 | cut -d: -f2",
        HOME.format("u3"),
    )
    yield user(
        "these groups and no others",
        "u4",
        {"groups": ("adm",), "append": False},
        {"groups": ["adm"], "append": False},
        "id -nG u4",
        HOME.format("-G mail u4"),
    )
    yield user(
        "a group more",
        "u5",
        {"groups": ("adm",)},
        {"groups": ["adm"], "append": True},
        "id -nG u5 | tr ' ' '\\n' | sort",
        HOME.format("-G mail u5"),
    )
    yield user(
        "a last day",
        "u6",
        {"expires": "2027-01-31"},
        {"expires": LAST},
        "getent shadow u6 | cut -d: -f8",
        HOME.format("u6"),
    )
    yield user(
        "another shell and home",
        "u7",
        {"home": "/home/other", "move_home": True, "shell": "/bin/bash"},
        {"home": "/home/other", "move_home": True, "shell": "/bin/bash"},
        "getent passwd u7 | cut -d: -f6-; ls -A /home/other",
        HOME.format("u7"),
    )
    yield user(
        "gone with the home",
        "u8",
        {"state": "absent", "remove": True},
        {"state": "absent", "remove": True},
        "getent passwd u8; ls /home | grep u8",
        HOME.format("u8"),
    )


def groups() -> Iterator[Case]:
    for name, who, ours, theirs, before in (
        ("with a number", "g1", {"gid": 4101}, {"gid": 4101}, "true"),
        ("another number", "g2", {"gid": 4102}, {"gid": 4102}, "groupadd g2"),
        ("gone", "g3", {"state": "absent"}, {"state": "absent"}, "groupadd g3"),
        ("that never was", "g4", {"state": "absent"}, {"state": "absent"}, "true"),
    ):
        asked = f"getent group {who} || echo none"
        yield Case(name, Group(who, **ours), "ansible.builtin.group", {"name": who, **theirs}, before, asked)
    for name, who, more in (
        ("some commands", "s1", {"commands": ("/usr/bin/id", "/usr/bin/true")}),
        ("with a password", "s2", {"commands": ("/usr/bin/id",), "nopassword": False}),
    ):
        theirs = {key: list(value) if isinstance(value, tuple) else value for key, value in more.items()}
        args = {"name": who, "user": who, "runas": "ALL", **theirs}
        yield Case(
            name,
            Sudoers(who, user=who, **more),
            "community.general.sudoers",
            args,
            HOME.format(who),
            f"sudo -l -U {who} | grep '^ *('; stat -c '%a %U' /etc/sudoers.d/{who}",
        )


def keys() -> Iterator[Case]:
    module = "ansible.posix.authorized_key"

    def key(name: str, who: str, ours: Any, before: str = "", **theirs: Any) -> Case:
        there = f"/home/{who}/.ssh"
        asked = f"cat {there}/authorized_keys; stat -c '%a %U %G' {there} {there}/authorized_keys"
        scene = f"{HOME.format(who)}; install -d -o {who} -g {who} -m 700 {there}"
        write = f"; printf %b '{before}' > {there}/authorized_keys" if before else ""
        rights = f"; chown {who}: {there}/*; chmod 600 {there}/*" if before else ""
        return Case(name, ours, module, {"user": who, "key": KEY, **theirs}, scene + write + rights, asked)

    yield key("the first", "k1", AuthorizedKey("k1", KEY))
    yield key("one more", "k2", AuthorizedKey("k2", KEY), f"{OTHER_KEY}\\n")
    yield key(
        "no others", "k3", AuthorizedKeys("k3", (KEY,), exclusive=True), f"{OTHER_KEY}\\n", exclusive=True
    )
    yield key(
        "gone", "k4", AuthorizedKey("k4", KEY, state="absent"), f"{OTHER_KEY}\\n{KEY}\\n", state="absent"
    )
    yield key("there already", "k5", AuthorizedKey("k5", KEY), f"{KEY}\\n")
    options = 'from="10.0.0.0/8",no-pty'
    yield key("options", "k6", AuthorizedKey("k6", f"{options} {KEY}"), key_options=options)
    place = "/etc/ssh/ssh_known_hosts"
    for name, ours, state in (
        ("known to all", KnownHost("git.test", KEY), "present"),
        ("forgotten", KnownHost("old.test", state="absent"), "absent"),
    ):
        host, line = ours.name, f"{ours.name} {KEY}"
        args = {"name": host, "path": place, "state": state, **({"key": line} if ours.key else {})}
        asked = f"ssh-keygen -F {host} -f {place} | grep -v '^#' | cut -d' ' -f-3"
        before = "true" if ours.key else f"echo '{line}' >> {place}"
        yield Case(name, ours, "ansible.builtin.known_hosts", args, before, asked)


def packages() -> Iterator[Case]:
    module, asked = "ansible.builtin.apt", "dpkg-query -Wf '${{db:Status-Status}}' {0} 2>/dev/null"
    bare = {"install_recommends": False}
    for name, ours, theirs, package in (
        ("one", Package("bc"), {"name": "bc", **bare}, "bc"),
        ("two", Package(("dc", "tree")), {"name": ["dc", "tree"], **bare}, "dc tree"),
        ("there already", Package("cron"), {"name": "cron"}, "cron"),
        ("gone", Package("ed", state="absent"), {"name": "ed", "state": "absent"}, "ed"),
        ("the latest", Package("less", state="latest"), {"name": "less", "state": "latest"}, "less"),
        ("a version", Package("time", version="1.9*"), {"name": "time=1.9*", **bare}, "time"),
    ):
        yield Case(name, ours, module, theirs, "true", asked.format(package))
    yield Case(
        "held",
        Package("less", hold=True),
        "ansible.builtin.dpkg_selections",
        {"name": "less", "selection": "hold"},
        "true",
        "apt-mark showhold",
    )
    yield Case(
        "an answer",
        Debconf("tzdata", "tzdata/Zones/Etc", "select", "Greenwich"),
        "ansible.builtin.debconf",
        {"name": "tzdata", "question": "tzdata/Zones/Etc", "vtype": "select", "value": "Greenwich"},
        "true",
        "debconf-show tzdata | grep Zones/Etc",
    )
    source = {
        "uris": "https://packages.test/debian",
        "suites": "stable",
        "components": "main",
        "enabled": False,
    }
    yield Case(
        "another source",
        AptRepository("ours", **source),
        "ansible.builtin.deb822_repository",
        {"name": "ours", **source},
        "true",
        "grep -E '^(Enabled|Types|URIs|Suites|Components):' /etc/apt/sources.list.d/ours.sources | sort",
    )


def system() -> Iterator[Case]:
    yield Case(
        "in a container",
        Hostname("web1"),
        "ansible.builtin.hostname",
        {"name": "web1"},
        question="hostname",
        differs=MOUNTED_ALONE,
    )
    zone = {"name": "Europe/Berlin"}
    yield Case("a place", Timezone("Europe/Berlin"), "community.general.timezone", zone, "true", "date +%z")
    file = "/etc/sysctl.d/99-types.conf"
    for name, key, ours, theirs, before in (
        ("at boot", "vm.swappiness", {"value": 10}, {"value": "10"}, "true"),
        (
            "gone",
            "vm.laptop_mode",
            {"state": "absent"},
            {"state": "absent"},
            f"echo vm.laptop_mode=1 >> {file}",
        ),
    ):
        yield Case(
            name,
            Sysctl(key, sysctl_file=file, now=False, **ours),
            "ansible.posix.sysctl",
            {"name": key, "sysctl_file": file, "reload": False, **theirs},
            before,
            f"tr -d ' ' < {file} | grep {key}",
        )
    for name, path, state, before in (
        ("now and at boot", "/srv/m1", "mounted", "true"),
        ("at boot", "/srv/m2", "present", "true"),
        ("other options", "/srv/m3", "mounted", "echo 'tmpfs /srv/m3 tmpfs size=1m 0 0' >> /etc/fstab"),
        ("gone", "/srv/m4", "absent", "echo 'tmpfs /srv/m4 tmpfs size=1m 0 0' >> /etc/fstab"),
        ("not now", "/srv/m5", "unmounted", "mkdir -p /srv/m5; mount -t tmpfs none /srv/m5"),
    ):
        what = {"path": path, "src": "tmpfs", "fstype": "tmpfs", "opts": "size=1m,noexec", "state": state}
        asked = f"""awk '$2=="{path}" {{print $1, $3, $4, $5, $6}}' /etc/fstab; findmnt -no OPTIONS {path}"""
        yield Case(name, Mount(**what), "ansible.posix.mount", what, before, asked)


def services() -> Iterator[Case]:
    module = "ansible.builtin.cron"
    for name, file, ours, theirs, before in (
        ("each night", "c1", {"minute": "5", "hour": "4"}, {"minute": "5", "hour": "4"}, "true"),
        ("a word", "c2", {"special_time": "daily"}, {"special_time": "daily"}, "true"),
        (
            "gone",
            "c3",
            {"state": "absent"},
            {"state": "absent"},
            "printf '#Ansible: c3\\n@daily root x\\n' > /etc/cron.d/c3",
        ),
    ):
        job = {} if "state" in ours else {"job": "/bin/true", "user": "root"}
        args = {"name": file, "cron_file": file, **job, **theirs}
        yield Case(
            name, CronJob(file, **{**job, **ours}), module, args, before, f"grep -v '^#' /etc/cron.d/{file}"
        )
    module, asked = "ansible.builtin.systemd_service", "systemctl is-enabled {0}; systemctl is-active {0}"
    masked = "systemctl is-enabled {0}"
    for name, unit, ours, theirs in (
        ("off", "cron", {"running": False, "enabled": False}, {"state": "stopped", "enabled": False}),
        (
            "masked",
            "apt-daily.timer",
            {"running": False, "enabled": None, "masked": True},
            {"state": "stopped", "masked": True},
        ),
        ("on already", "ssh", {}, {"state": "started", "enabled": True}),
    ):
        yield Case(
            name,
            Service(unit, **ours),
            module,
            {"name": unit, **theirs},
            "true",
            masked.format(unit) if "masked" in ours else asked.format(unit),
        )
