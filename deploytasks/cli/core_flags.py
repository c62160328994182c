"""What the flags of Invoke and Fabric themselves mean to a task on hosts: each has its effect, or is refused."""

from __future__ import annotations

from typing import Any

from deploytasks.agent.frozen import frozen
from deploytasks.errors import ConfigError

OF_SHELLS = "is about commands that a task runs in a shell here; leave it out"
REFUSED = {
    "run": {
        "echo": f"--echo {OF_SHELLS}",
        "hide": f"--hide {OF_SHELLS}",
        "pty": f"--pty {OF_SHELLS}",
        "warn": "--warn-only: a deploy that fails has failed; leave it out",
    },
    "timeouts": {
        "command": "--command-timeout: leave it out; ansible_timeout bounds how long a host is waited for"
    },
    "connect_kwargs": {
        "key_filename": "--identity: set ansible_ssh_private_key_file in the inventory",
        "timeout": "--connect-timeout: set ansible_timeout in the inventory",
        "password": "--prompt-for-login-password: set ansible_password, with --extra-vars @file.yml",
        "passphrase": "--prompt-for-passphrase: leave it out; a locked key is asked about",
    },
}
"""Where Invoke and Fabric keep the value of each, and what to do instead."""


@frozen
class CoreFlags:
    """Of ``--dry``, of ``--prompt-for-sudo-password``, and the one of Fabric's ``--hosts`` whose turn it is."""

    dry: bool = False
    sudo_password: str | None = None
    host: str | None = None

    @classmethod
    def of(cls, context: Any) -> CoreFlags:
        """Those of the program whose *context* this is; raises ``ConfigError`` for one that is refused."""
        given = getattr(getattr(context, "config", None), "_overrides", {})
        for level, flags in REFUSED.items():
            for name in flags.keys() & given.get(level, {}).keys():
                raise ConfigError(flags[name])
        return cls(
            dry=bool(given.get("run", {}).get("dry")),
            sudo_password=given.get("sudo", {}).get("password"),
            host=vars(context).get("original_host"),
        )
