"""Ansible's inventory: hosts, groups and variables, each value with the place where it was written.

Reads INI, YAML, TOML and more, with ``group_vars/`` and ``host_vars/``, as ``ansible-inventory --list`` does, and
refuses, with ``file:line``, what Ansible takes silently for something else. Values may be templates and encrypted; they
are worked out when they are asked for.

One order differs from Ansible's on purpose: there ``group_vars/all.yml`` beats ``[web:vars]``; here a nearer
group always beats a farther one, and files beat the INI only at the same level.
"""

from deploytasks.inventory.connection import ConnectionSettings
from deploytasks.inventory.group import Group
from deploytasks.inventory.host import Host, acquainted
from deploytasks.inventory.inventory import Inventory
from deploytasks.inventory.key_file import check_key_files
from deploytasks.inventory.origin import Origin, Setting
from deploytasks.inventory.ssh_options import SshOptions
from deploytasks.inventory.value import Value
from deploytasks.inventory.variable_name import SECRET_VARIABLES

__all__ = [
    "SECRET_VARIABLES",
    "ConnectionSettings",
    "Group",
    "Host",
    "Inventory",
    "Origin",
    "Setting",
    "SshOptions",
    "Value",
    "acquainted",
    "check_key_files",
]
