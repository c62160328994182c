"""The names that a template knows: the host's variables, those of others, groups, lookups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploytasks.inventory.templating.asking import Asking, Known
from deploytasks.inventory.templating.bounds import Budget
from deploytasks.inventory.templating.lookups import Lookups
from deploytasks.inventory.templating.missing import Missing
from deploytasks.spelling import did_you_mean

OF_A_PLAYBOOK = "is of a playbook, and there is none here"
OF_A_HOST = "is what Ansible finds out on a host, and no host is asked before its plan is made"
REFUSED = {
    "playbook_dir": OF_A_PLAYBOOK,
    "role_path": OF_A_PLAYBOOK,
    "role_name": OF_A_PLAYBOOK,
    "role_names": OF_A_PLAYBOOK,
    "play_hosts": OF_A_PLAYBOOK,
    "ansible_play_hosts": OF_A_PLAYBOOK,
    "ansible_play_hosts_all": OF_A_PLAYBOOK,
    "ansible_play_batch": OF_A_PLAYBOOK,
    "ansible_play_name": OF_A_PLAYBOOK,
    "ansible_role_name": OF_A_PLAYBOOK,
    "ansible_check_mode": OF_A_PLAYBOOK,
    "ansible_diff_mode": OF_A_PLAYBOOK,
    "ansible_run_tags": OF_A_PLAYBOOK,
    "ansible_version": "is Ansible's, which is not here",
    "ansible_facts": OF_A_HOST,
    "now": "gives another answer each time, and so another release",
}
GIVEN = frozenset({"inventory_hostname", "inventory_hostname_short", "group_names", "groups", "hostvars", "vars",
                   "inventory_dir", "inventory_file", "lookup", "query", "q", "undef"})  # fmt: skip


class Scope:
    """What the templates of *work* can name; *budget* is what they may do."""

    def __init__(self, work: Asking) -> None:
        self.budget = Budget()
        self._work = work

    def find(self, name: str) -> Any:
        """What *name* means, `Missing` if it is not there."""
        variables = self._work.variables
        if name in variables:
            return self._work.of(variables, name)
        if name in GIVEN:
            return self._given(name)
        return Missing(_reason(name, variables))

    def _given(self, name: str) -> Any:
        work = self._work
        if name in {"lookup", "query", "q"}:
            return getattr(Lookups(work), "lookup" if name == "lookup" else "query")
        if name == "hostvars":
            return HostVars(work)
        if name == "vars":
            return OneHost(work, work.variables)
        if name == "undef":
            return undef
        return about(work.variables, name)


class HostVars(Mapping[str, Any]):
    """The variables of every host, by its name."""

    def __init__(self, work: Asking) -> None:
        self._work = work

    def __getitem__(self, host: str) -> OneHost:
        own = self._work.variables
        return OneHost(self._work, own if host == own.host else own.landscape.variables_of(host))

    def __iter__(self) -> Iterator[str]:
        return iter(self._work.variables.landscape.hosts)

    def __len__(self) -> int:
        return len(self._work.variables.landscape.hosts)


class OneHost(Mapping[str, Any]):
    """The variables of one host, as a part of what is worked out."""

    def __init__(self, work: Asking, variables: Known) -> None:
        self._work = work
        self._variables = variables

    def __getitem__(self, name: str) -> Any:
        if name in self._variables:
            return self._work.of(self._variables, name)
        return about(self._variables, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def about(variables: Known, name: str) -> Any:
    """What is known of a host besides its variables; raises ``KeyError`` for anything else."""
    landscape, host = variables.landscape, variables.host
    if name == "inventory_hostname":
        return host
    if name == "inventory_hostname_short":
        return host.split(".")[0]
    if name == "groups":
        return landscape.groups
    if name == "group_names":
        return sorted(landscape.groups_of(host))
    if name == "inventory_file":
        return str(Path(landscape.file_of(host)).absolute())
    if name == "inventory_dir":
        return str(Path(landscape.file_of(host)).absolute().parent)
    raise KeyError(name)


def undef(hint: str = "") -> Missing:
    """What has to be set elsewhere."""
    return Missing(hint or "has to be set in a nearer place")


def _reason(name: str, variables: Known) -> str:
    if name in REFUSED:
        return f'"{name}" {REFUSED[name]}; write the value itself'
    hint = did_you_mean(name, list(variables))
    if name.startswith("ansible_") and not hint:
        return f'"{name}" is not set; if Ansible finds it out on a host: no host is asked before its plan is made'
    return f'"{name}" is not set{hint or "; set it, or give a default: | default(…)"}'
