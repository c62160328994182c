"""Names that an app cannot have: units, accounts and directories below /run and /var/log of others are."""

from __future__ import annotations

ACCOUNTS = (
    "backup bin daemon games irc list lp mail man messagebus mysql news nobody postgres proxy root sync sys uucp "
    "www-data"
)
TEMPLATES = "autovt container-getty getty modprobe serial-getty user user-runtime-dir"
"""Units whose instances a system has, such as ``getty@tty1.service``: an app's own template would take their place."""
SERVICES = (
    "apache2 caddy certbot chrony containerd cron dbus docker gunicorn networking nginx ntp polkit postgresql "
    "redis redis-server rsyslog ssh sshd sudo supervisor supervisord systemd udev udisks2 ufw"
)
DIRECTORIES = "credentials initctl initramfs lock log lvm mount network resolvconf shm"
LOGS = (
    "apt audit boot btmp cups debug dist-upgrade dmesg dpkg exim4 fail2ban faillog installer journal kern landscape "
    "lastlog letsencrypt messages ntpsec private samba syslog sysstat unattended-upgrades wtmp"
)
"""What lies in /var/log."""
SITES = "default default-ssl"
"""What web servers' packages call theirs."""
OURS = "deploytasks"

RESERVED = frozenset(f"{ACCOUNTS} {TEMPLATES} {SERVICES} {DIRECTORIES} {LOGS} {SITES} {OURS}".split())
PREFIX = "systemd-"


def is_reserved(name: str) -> bool:
    """Whether *name* belongs to the system on the hosts that we know (Debian, Ubuntu)."""
    return name in RESERVED or name.startswith(PREFIX)
