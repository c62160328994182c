"""A service's definition as options of docker-run(1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deploytasks.roles.compose.values import items, mapping, pairs, text

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
    for name, limit in mapping(definition.get("ulimits"), "ulimits").items():
        yield f"--ulimit={name}={_both(name, limit)}"
    resources = mapping(mapping(definition.get("deploy"), "deploy").get("resources"), "deploy: resources")
    limits = mapping(resources.get("limits"), "deploy: resources: limits")
    yield from (f"--{flag}={text(limits[name])}" for name, flag in LIMITS.items() if name in limits)


def _both(name: str, limit: Any) -> str:
    """The soft and the hard limit, or a number that is both."""
    if not isinstance(limit, Mapping):
        return text(limit)
    if not {"soft", "hard"} <= set(limit):
        raise ValueError(f"ulimits: {name}: expected a number, or soft and hard")
    return f"{text(limit['soft'])}:{text(limit['hard'])}"
