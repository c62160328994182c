"""The names that variables may have."""

from __future__ import annotations

from deploytasks.inventory.refused import Refused

RESERVED = frozenset(
    {
        "ansible_facts",
        "group_names",
        "groups",
        "hostvars",
        "inventory_dir",
        "inventory_file",
        "inventory_hostname",
        "inventory_hostname_short",
        "play_hosts",
        "playbook_dir",
        "role_name",
        "role_names",
        "role_path",
    },
)
"""Names that Ansible fills by itself; what an inventory says there is lost without a word."""

SECRET_VARIABLES = frozenset(
    {
        "ansible_password",
        "ansible_ssh_pass",
        "ansible_ssh_password",
        "ansible_become_pass",
        "ansible_become_password",
        "ansible_sudo_pass",
        "ansible_su_pass",
        "ansible_ssh_private_key_passphrase",
    },
)
"""Connection variables whose values nobody should see on a screen."""
SECRET_WORDS = ("password", "secret", "token", "api_key")


def check_variable_name(name: str) -> None:
    """Refuse what cannot be a variable: letters, digits and underscores of ASCII, no digit first."""
    if not (name.isascii() and name.isidentifier()):
        raise Refused(f'variable name "{name}": expected letters, digits and "_", and no digit first')
    if name in RESERVED:
        raise Refused(f'variable name "{name}" is reserved: its value would be lost; choose another name')


def is_secret(name: str) -> bool:
    """Whether messages should not show the value of *name*."""
    return name in SECRET_VARIABLES or any(word in name for word in SECRET_WORDS)
