"""Cases of the contract (test_contract.py) for accounts, packages, SSH and the system."""

from __future__ import annotations

import os

from deploytasks.agent.accounts.group import Group
from deploytasks.agent.accounts.sudoers import Sudoers
from deploytasks.agent.accounts.user import User
from deploytasks.agent.firewall.fail2ban_jail import Fail2banJail
from deploytasks.agent.packages.apt_index import AptIndex
from deploytasks.agent.packages.apt_repository import AptRepository
from deploytasks.agent.packages.debconf import Debconf
from deploytasks.agent.packages.package import Package
from deploytasks.agent.packages.pip import Pip
from deploytasks.agent.packages.upgrade import Upgrade
from deploytasks.agent.services.drop_in import DropIn
from deploytasks.agent.services.journald import Journald
from deploytasks.agent.services.service import Service
from deploytasks.agent.services.timer import Timer
from deploytasks.agent.ssh.authorized_key import AuthorizedKey
from deploytasks.agent.ssh.authorized_keys import AuthorizedKeys
from deploytasks.agent.ssh.known_host import KnownHost
from deploytasks.agent.ssh.sshd_setting import SshdSetting
from deploytasks.agent.system.cron_job import CronJob
from deploytasks.agent.system.hostname import Hostname
from deploytasks.agent.system.hosts_entry import HostsEntry
from deploytasks.agent.system.locale import Locale
from deploytasks.agent.system.logrotate import Logrotate
from deploytasks.agent.system.mount import Mount
from deploytasks.agent.system.swap import Swap
from deploytasks.agent.system.sysctl import Sysctl
from deploytasks.agent.system.timezone import Timezone

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f alice"
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP8BAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f bob"
HASH = "$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g."
SHADOW = "root:*:20000:0:99999:7:::\n"
FSTAB = "# what is mounted\nUUID=1 / ext4 errors=remount-ro 0 1\n"
OPENPGP = """\
-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEZ0wQABYJKwYBBAHaRw8BAQdAAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBka
GxwdHh+0BHRlc3Q=
-----END PGP PUBLIC KEY BLOCK-----
"""


def alice(host):
    """Who owns her files, as far as a test can see to that."""
    host.write("/etc/passwd", f"{host.user}:x:{os.getuid()}:{os.getgid()}::/home/alice:/bin/sh\n")
    host.path("/home/alice").mkdir(parents=True, exist_ok=True)
    return host.user


def authorized_keys(host):
    return AuthorizedKeys(alice(host), (KEY, 'from="10.0.0.0/8" ' + OTHER_KEY))


def authorized_keys_and_no_others(host):
    host.write("/home/alice/.ssh/authorized_keys", f"# ours\n{OTHER_KEY}\n", 0o600)
    return AuthorizedKeys(alice(host), (KEY,), exclusive=True)


def no_authorized_key(host):
    host.write("/home/alice/.ssh/authorized_keys", f"{OTHER_KEY}\n\n{KEY}", 0o600)
    return AuthorizedKey(alice(host), KEY, state="absent")


def user_with_password(host):
    host.write("/etc/shadow", SHADOW)
    return User("ann", system=False, home="/home/ann", uid=1200, password=HASH, expires="2027-01-31")


def user_with_another_password(host):
    host.write("/etc/passwd", "ann:x:1100:100:Ann:/home/ann:/bin/sh\n")
    host.write("/etc/group", "users:x:100:\nadm:x:4:ann\nsudo:x:27:\n")
    host.write("/etc/shadow", f"{SHADOW}ann:!:20000:0:99999:7::20900:\n")
    more = {"uid": 1200, "password": HASH, "expires": "never", "groups": ("sudo",), "append": False}
    return User("ann", home="/home/ann", shell="/bin/sh", group="users", **more)


def group_of_another_number(host):
    host.write("/etc/group", "shop:x:950:\n")
    return Group("shop", gid=1950)


def no_group(host):
    host.write("/etc/group", "shop:x:950:\n")
    return Group("shop", state="absent")


def sudoers(host):
    host.path("/etc/sudoers.d").mkdir()
    return Sudoers("deploy", user="deploy", commands=("/usr/bin/systemctl reload nginx", "/usr/bin/id"))


def known_host(host):
    host.write(
        "/etc/ssh/ssh_known_hosts", f"# those we know\ngit.test ssh-rsa AAAA\n*.test,git.test {OTHER_KEY}\n"
    )
    return KnownHost("git.test", KEY)


def no_known_host(host):
    host.write("/etc/ssh/ssh_known_hosts", f"git.test {KEY}\nother.test {KEY}\n")
    return KnownHost("git.test", state="absent")


def package_to_be_latest(host):
    host.write("/var/lib/apt/candidates", "nginx 1.24\n")
    status = "Package: nginx\nStatus: install ok installed\nVersion: 1.22\nArchitecture: amd64\n\n"
    host.write("/var/lib/dpkg/status", status)
    return Package("nginx", state="latest")


def package_to_be_absent(host):
    host.write(
        "/var/lib/dpkg/status", "Package: nginx\nStatus: install ok installed\nArchitecture: amd64\n\n"
    )
    return Package("nginx", state="absent")


def apt_repository(host):
    host.path("/etc/apt/sources.list.d").mkdir(parents=True)
    return AptRepository("nginx", "https://nginx.org/packages/debian", "bookworm", "nginx", OPENPGP)


def apt_repository_that_was_another(host):
    for path in ("/etc/apt/sources.list.d/nginx.sources", "/etc/apt/keyrings/nginx.asc"):
        host.write(path, "something else\n")
    return AptRepository("nginx", "https://nginx.org/packages/debian", "bookworm", "nginx", OPENPGP)


def no_apt_repository(host):
    host.write("/etc/apt/sources.list.d/nginx.sources", "Types: deb\n")
    return AptRepository("nginx", state="absent")


def old_index(host):
    host.write("/etc/apt/sources.list.d/new.sources", "Types: deb\n")
    return AptIndex()


def debconf(host):
    host.write("/var/cache/debconf/config.dat", "Name: tzdata/Areas\nTemplate: tzdata/Areas\nValue: Etc\n\n")
    return Debconf("tzdata", "tzdata/Zones", "select", "Berlin")


def debconf_answered_otherwise(host):
    text = "Name: tzdata/Areas\nTemplate: tzdata/Areas\nValue: Etc\nOwners: tzdata\n\n"
    host.write("/var/cache/debconf/config.dat", text)
    return Debconf("tzdata", "tzdata/Areas", "select", "Europe")


def upgrade(host):
    host.write(
        "/var/lib/apt/upgrades", "Inst libc6 [2.36-9] (2.36-10 Debian:12 [amd64])\nConf libc6 (2.36-10)\n"
    )
    return Upgrade()


def pip(host):
    return Pip("httpie", str(host.path("/opt/httpie")))


def masked_service(host):
    host.write("/run/active/apache2.service", "")
    return Service("apache2", running=False, enabled=False, masked=True)


def timer_that_was_another(host):
    was = Timer("backup", "/usr/bin/backup", "daily")
    files = {"timer": was._timer, "service": was._service}
    for kind, text in files.items():
        host.write(f"/etc/systemd/system/backup.{kind}", text)
    return Timer("backup", "/usr/bin/backup --all", "hourly", environment=(("LEVEL", "50%"),))


def no_timer(host):
    timer_that_was_another(host)
    return Timer("backup", state="absent")


def journald(host):
    host.write("/run/active/systemd-journald.service", "")
    return Journald({"SystemMaxUse": "500M"})


def sshd_setting(host):
    host.write("/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication yes\n")
    host.path("/etc/ssh/sshd_config.d").mkdir()
    host.write("/run/active/ssh.service", "")
    return SshdSetting({"PasswordAuthentication": False})


def sshd_setting_that_was_another(host):
    wanted = sshd_setting(host)
    host.write("/etc/ssh/sshd_config.d/10-deploytasks.conf", "PasswordAuthentication yes\n")
    return wanted


def fail2ban_jail(host):
    host.path("/etc/fail2ban/jail.d").mkdir(parents=True)
    host.write("/run/active/fail2ban.service", "")
    return Fail2banJail("sshd", {"maxretry": "3"})


def cron_job(host):
    host.path("/etc/cron.d").mkdir()
    return CronJob(
        "nightly", "/usr/bin/backup", minute="5", hour="*/2", environment=(("MAILTO", "a@b.test"),)
    )


def no_cron_job(host):
    host.write("/etc/cron.d/nightly", "@daily root true\n")
    return CronJob("nightly", state="absent")


def hostname(host):
    host.write("/etc/hostname", "debian\n")
    host.write("/proc/sys/kernel/hostname", "debian\n")
    return Hostname("web1")


def hosts_entry(host):
    host.write("/etc/hosts", "127.0.0.1 localhost\n10.0.0.8 db1 old # ours\n10.0.0.9 cache")
    return HostsEntry("10.0.0.9", "db1 db1.test")


def no_hosts_entry(host):
    host.write("/etc/hosts", "10.0.0.8 db1 old\n")
    return HostsEntry("10.0.0.8", "db1", state="absent")


def locale(host):
    host.write("/etc/default/locale", 'LC_TIME="C"\nLANG=en_US.UTF-8\n')
    return Locale("de_DE.UTF-8", {"LC_TIME": "C.UTF-8"})


def logrotate(host):
    host.path("/etc/logrotate.d").mkdir()
    return Logrotate("shop", "/var/log/shop/*.log", postrotate="systemctl reload shop")


def mount(host):
    host.write("/etc/fstab", FSTAB)
    host.write("/proc/self/mounts", "/dev/sda / ext4 rw 0 0\n")
    return Mount("/srv/data", "LABEL=data", "xfs", "noatime")


def mount_with_other_options(host):
    mount(host)
    host.write("/etc/fstab", FSTAB + "LABEL=data /srv/data xfs\n")
    host.write("/proc/self/mounts", "LABEL=data /srv/data xfs\n")
    return Mount("/srv/data", "LABEL=data", "xfs", "noatime")


def no_mount(host):
    mount_with_other_options(host)
    return Mount("/srv/data", state="absent")


def swap(host):
    host.write("/etc/fstab", FSTAB)
    host.write("/proc/swaps", "Filename Type Size Used Priority\n")
    return Swap("/swapfile", "1M")


def sysctl(host):
    host.write("/etc/sysctl.d/10-other.conf", "net.core.somaxconn = 128\n")
    host.write("/proc/sys/net/core/somaxconn", "128\n")
    return Sysctl("net.core.somaxconn", 1024)


def no_sysctl(host):
    host.write("/etc/sysctl.d/99-deploytasks.conf", "vm.swappiness=10\nnet.core.somaxconn = 128\n")
    return Sysctl("net.core.somaxconn", state="absent")


def timezone(host):
    host.write("/usr/share/zoneinfo/Europe/Berlin", "TZif2")
    host.write("/etc/timezone", "Etc/UTC\n")
    host.link("/etc/localtime", "/usr/share/zoneinfo/Etc/UTC")
    return Timezone("Europe/Berlin")


CASES = [
    (AptIndex, old_index),
    (AptRepository, apt_repository),
    (AptRepository, apt_repository_that_was_another),
    (AptRepository, no_apt_repository),
    (AuthorizedKey, lambda host: AuthorizedKey(alice(host), KEY)),
    (AuthorizedKey, no_authorized_key),
    (AuthorizedKeys, authorized_keys),
    (AuthorizedKeys, authorized_keys_and_no_others),
    (CronJob, cron_job),
    (CronJob, no_cron_job),
    (Debconf, debconf),
    (Debconf, debconf_answered_otherwise),
    (DropIn, lambda _: DropIn("nginx", "[Service]\nLimitNOFILE=65536\n")),
    (Fail2banJail, fail2ban_jail),
    (Group, group_of_another_number),
    (Group, no_group),
    (Hostname, hostname),
    (HostsEntry, hosts_entry),
    (HostsEntry, no_hosts_entry),
    (Journald, journald),
    (KnownHost, known_host),
    (KnownHost, no_known_host),
    (Locale, locale),
    (Logrotate, logrotate),
    (Mount, mount),
    (Mount, mount_with_other_options),
    (Mount, no_mount),
    (Package, lambda _: Package("nginx", version="1.22.*", hold=True)),
    (Package, package_to_be_latest),
    (Package, package_to_be_absent),
    (Pip, pip),
    (Service, masked_service),
    (SshdSetting, sshd_setting),
    (SshdSetting, sshd_setting_that_was_another),
    (Sudoers, sudoers),
    (Swap, swap),
    (Sysctl, sysctl),
    (Sysctl, no_sysctl),
    (Timer, lambda _: Timer("backup", "/usr/bin/backup", "daily")),
    (Timer, timer_that_was_another),
    (Timer, no_timer),
    (Timezone, timezone),
    (Upgrade, upgrade),
    (User, user_with_password),
    (User, user_with_another_password),
]
"""As those of test_contract."""
