"""The first files of somebody who has servers to make ready, with an app to come or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deploytasks.errors import ConfigError

TASKS = '''"""inv setup, inv ping, inv sh: see inv --list."""

from deploytasks.tasks import ns

__all__ = ["ns"]
'''
INVENTORY = """\
# Which servers there are; Ansible's INI format. Try it: inv target.up --name target
[servers]
web1 ansible_host=web1.example.org ansible_user=deploy
"""
VARIABLES = """\
# What `inv setup` makes of a bare Debian or Ubuntu; what is left out stays as it is.
server_users:
  {user}: {{keys: [{key}], sudo: true}}
server_ssh_hardened: true  # keys alone, nobody as root; put back by the host when it would shut you out
server_fail2ban: true
server_unattended_upgrades: true
server_timezone: Etc/UTC
server_locale: C.UTF-8
server_journal_max_use: 500M
# server_hostname: web1.example.org  # belongs in host_vars/web1.yml
# server_time_sync: systemd-timesyncd
# server_swap: 1G
# server_unattended_reboot: "04:00"
# server_sysctl: {{net.core.somaxconn: 1024}}
# server_motd: Production. Be careful.
ufw_allow: [80, 443]  # the firewall, with the SSH port in use let in first
"""
KEYS = ("id_ed25519.pub", "id_ecdsa.pub", "id_rsa.pub")
NEXT = "next: name your servers in inventory.ini, look at group_vars/servers.yml, then: inv setup"


def write_server_files(user: str) -> Iterator[str]:
    """Write tasks.py, inventory.ini and group_vars/servers.yml here, for *user* to log in; yields what people are told.

    What is here already stays. Raises ``ConfigError`` when all of it is.
    """
    variables = VARIABLES.format(user=user, key=_own_key())
    files = {"tasks.py": TASKS, "inventory.ini": INVENTORY, "group_vars/servers.yml": variables}
    missing = [name for name in files if not Path(name).exists()]
    if not missing:
        raise ConfigError(
            "tasks.py, inventory.ini and group_vars/servers.yml are here already; nothing was written"
        )
    Path("group_vars").mkdir(exist_ok=True)
    for name in missing:
        Path(name).write_text(files[name], encoding="utf-8")
    for name in files:
        yield f"wrote {name}" if name in missing else f"{name} is here already; left as it is"
    yield NEXT


def _own_key() -> str:
    """The first key of whoever this is, as the inventory names it."""
    home = Path("~/.ssh").expanduser()
    found = next((name for name in KEYS if (home / name).is_file()), KEYS[0])
    return f"~/.ssh/{found}"
