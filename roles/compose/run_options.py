"""A service's definition as options of docker-run(1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deploytasks.roles.compose.values import items, pairs, text

if TYPE_CHECKING:
    from deploytasks.roles.compose.file import Definition

SCALARS = {
    "blkio_weight": "blkio-weight",
    "cgroup": "cgroupns",
    "cpu_count": "cpu-count",
    "cpu_percent": "cpu-percent",
    "cpu_period": "cpu-period",
    "cpu_quota": "cpu-quota",
    "cpu_rt_period": "cpu-rt-period",
    "cpu_rt_runtime": "cpu-rt-runtime",
    "cpu_shares": "cpu-shares",
    "cpus": "cpus",
    "cpuset": "cpuset-cpus",
    "domainname": "domainname",
    "ipc": "ipc",
    "isolation": "isolation",
    "mem_limit": "memory",
    "mem_reservation": "memory-reservation",
    "mem_swappiness": "memory-swappiness",
    "memswap_limit": "memory-swap",
    "oom_score_adj": "oom-score-adj",
    "pid": "pid",
    "pids_limit": "pids-limit",
    "platform": "platform",
    "runtime": "runtime",
    "shm_size": "shm-size",
    "stop_signal": "stop-signal",
    "userns_mode": "userns",
    "uts": "uts",
    "working_dir": "workdir",
}
FLAGS = {"oom_kill_disable": "oom-kill-disable", "privileged": "privileged", "read_only": "read-only"}
LISTS = {
    "cap_add": "cap-add",
    "cap_drop": "cap-drop",
    "device_cgroup_rules": "device-cgroup-rule",
    "devices": "device",
    "dns": "dns",
    "dns_opt": "dns-option",
    "dns_search": "dns-search",
    "group_add": "group-add",
    "security_opt": "security-opt",
}
PAIRS = {"labels": "label", "storage_opt": "storage-opt", "sysctls": "sysctl"}
LIMITS = {"cpus": "cpus", "memory": "memory", "pids": "pids-limit"}
"""Of ``deploy: resources: limits``."""
OTHERS = frozenset({"deploy", "extra_hosts", "ulimits"})
UNDERSTOOD = frozenset({*SCALARS, *FLAGS, *LISTS, *PAIRS, *OTHERS})


def run_options(definition: Definition) -> Iterator[str]:
    """Those of the keys in ``UNDERSTOOD``; raises ``ValueError`` for a value that is none of the key's."""
    for key, flag in SCALARS.items():
        if definition.get(key) is not None:
            yield f"--{flag}={text(definition[key])}"
    for key, flag in FLAGS.items():
        if definition.get(key):
            yield f"--{flag}"
    for key, flag in LISTS.items():
        yield from (f"--{flag}={text(item)}" for item in items(definition.get(key)))
    for key, flag in PAIRS.items():
        yield from (f"--{flag}={name}={value or ''}" for name, value in pairs(definition.get(key)).items())
    yield from (f"--add-host={host}" for host in _hosts(definition.get("extra_hosts")))
    yield from _limits(definition)


def _hosts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (f"{name}:{text(address)}" for name, found in value.items() for address in items(found))
    else:
        yield from (text(item).replace("=", ":", 1) for item in items(value))


def _limits(definition: Definition) -> Iterator[str]:
    for name, limit in (definition.get("ulimits") or {}).items():
        both = f"{limit['soft']}:{limit['hard']}" if isinstance(limit, Mapping) else text(limit)
        yield f"--ulimit={name}={both}"
    limits = ((definition.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    yield from (f"--{flag}={text(limits[name])}" for name, flag in LIMITS.items() if name in limits)
