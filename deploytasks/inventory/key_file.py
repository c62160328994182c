"""The private key files that an inventory names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from deploytasks.inventory.connection import KEY_FILE, SSH_ARGS
from deploytasks.inventory.environment import SSH_KEY
from deploytasks.inventory.host import Host
from deploytasks.inventory.origin import Origin
from deploytasks.inventory.problems import Problems


def check_key_files(hosts: Iterable[Host]) -> None:
    """Raise one `InventoryError` for all key files of *hosts* that are not on this machine.

    For hosts about to be contacted, before the first is: keys of other hosts may well be on other machines. Where the
    environment or the inventory has the text of a key, none has to lie here.
    """
    if os.environ.get(SSH_KEY):
        return
    problems = Problems()
    for host in hosts:
        file = host.connection.key_file
        if file and not host.connection.private_key and not Path(file).is_file():
            name = next(name for name in (*KEY_FILE, *SSH_ARGS) if name in host.variables)
            origin = host.origin(name) or Origin(host.name, None, "")
            problems.add(
                origin, f"{name}: key file not found: {file}; expected a private key on this machine"
            )
    problems.raise_if_any()
