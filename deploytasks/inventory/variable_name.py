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
        "ansible_private_key",
        "ansible_ssh_private_key",
        "ansible_ssh_private_key_passphrase",
    },
)
"""Connection variables whose values nobody should see on a screen."""
SECRET_WORDS = ("password", "passwd", "passphrase", "secret", "token", "credential")
SECRET_PARTS = frozenset({"key", "keys", "pass", "pw", "pwd", "env"})
"""Words that make a name a secret's when they stand between its underscores; ``keepalive`` is none."""
UNREADABLE = "not readable as it stands; quote it"
"""What is wrong with a value that no message may show."""


def check_variable_name(name: str) -> None:
    """Refuse what cannot be a variable: letters, digits and underscores of ASCII, no digit first."""
    if not (name.isascii() and name.isidentifier()):
        raise Refused(f'variable name "{name}": expected letters, digits and "_", and no digit first')
    if name in RESERVED:
        raise Refused(f'variable name "{name}" is reserved: its value would be lost; choose another name')


def is_secret(name: str) -> bool:
    """Whether *name* looks like that of a value which nobody should see."""
    parts = name.lower().replace("-", "_").split("_")
    return names_a_secret(name) or not SECRET_PARTS.isdisjoint(parts)


def names_a_secret(name: str) -> bool:
    """Whether *name* can be of nothing but a secret."""
    return name in SECRET_VARIABLES or any(word in name.lower() for word in SECRET_WORDS)


def hidden(name: str, refused: Refused) -> Refused:
    """*refused*, without the value of *name* where that is a secret."""
    return Refused(f"{name}: {UNREADABLE}", refused.line) if is_secret(name) else refused
