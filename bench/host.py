"""A host as the peers reach it: by its own address, so that no port forwarder stands between."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploytasks.targets import Target
from deploytasks.targets.key import known_hosts_lines
from deploytasks.targets.target import USER


@dataclass(frozen=True)
class Host:
    """A target at *address*, with its gateway: the address that this machine has in their network."""

    name: str
    address: str
    gateway: str
    pid: int
    key_file: Path
    known_hosts: Path
    target: Target = field(repr=False, compare=False)

    @classmethod
    def of(cls, target: Target) -> Host:
        """*target* by its address in the engine's network; its host keys are known by that, too."""
        target.container.reload()
        network = address_of(target.container.attrs["NetworkSettings"])
        known_hosts = target.known_hosts.with_name("known_hosts_by_address")
        lines = known_hosts_lines(network["IPAddress"], 22, target.host_keys)
        # Port 22 goes without saying (sshd(8)).
        known_hosts.write_text(re.sub(r"^\[(.*?)\]:22 ", r"\1 ", lines, flags=re.MULTILINE))
        pid = int(target.container.attrs["State"]["Pid"])
        return cls(
            target.name,
            network["IPAddress"],
            network["Gateway"],
            pid,
            target.key_file,
            known_hosts,
            target,
        )

    @property
    def ssh(self) -> list[str]:
        """What leads to it, up to the command (ssh(1))."""
        options = [
            f"UserKnownHostsFile={self.known_hosts}",
            "BatchMode=yes",
            "IdentitiesOnly=yes",
            "StrictHostKeyChecking=yes",
        ]
        words = [word for option in options for word in ("-o", option)]
        return ["ssh", "-F", "none", "-i", str(self.key_file), *words, f"{USER}@{self.address}"]

    @property
    def entry(self) -> str:
        """Its line in an inventory of Ansible's format."""
        return (
            f"{self.name} ansible_host={self.address} ansible_user={USER} "
            f"ansible_ssh_private_key_file={self.key_file} "
            f"ansible_ssh_common_args='-o UserKnownHostsFile={self.known_hosts}'"
        )


def address_of(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first network of a container that has an address."""
    return next(network for network in settings["Networks"].values() if network["IPAddress"])
