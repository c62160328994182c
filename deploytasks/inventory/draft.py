"""An inventory while it is being read: groups and hosts that may still grow, from one source or several.

How groups nest, where a host without a group goes, and in which order all of it is listed follows
``inventory/data.py`` and ``inventory/group.py`` of ansible-core. Names that hide each other there are
refused.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from deploytasks.agent.regex import regex
from deploytasks.inventory.origin import Origin, Setting
from deploytasks.inventory.problems import Problems
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.value import Value
from deploytasks.inventory.variable_name import check_variable_name

ALL = "all"
UNGROUPED = "ungrouped"
GROUP_NAME = regex(r"\w[\w.-]*")
PRIORITY = "ansible_group_priority"
OF_NO_HOST = f"{PRIORITY} has no effect on a host; expected it under [GROUP:vars]"


@dataclass
class Said:
    """Variables that are said one after the other; *before* are those that are said again later."""

    settings: dict[str, Setting] = field(default_factory=dict)
    before: list[tuple[str, Setting]] = field(default_factory=list)

    def say(self, settings: Mapping[str, Setting]) -> None:
        """Put *settings* over what was said until now."""
        self.before += [(name, self.settings[name]) for name in settings if name in self.settings]
        self.settings.update(settings)

    def everything(self) -> Iterator[tuple[str, Setting]]:
        """All that was said, the last last."""
        yield from self.before
        yield from self.settings.items()


@dataclass
class DraftGroup:
    """What is known of a group; *hosts* are those listed in it, not in its children."""

    name: str
    said: Said = field(default_factory=Said)
    hosts: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    priority: int = 1

    @property
    def settings(self) -> dict[str, Setting]:
        """Its variables."""
        return self.said.settings

    @property
    def level(self) -> str:
        """The level of precedence of its variables, as `Origin` names it."""
        return ALL if self.name == ALL else f"group {self.name}"

    def set(self, name: str, value: Value, origin: Origin) -> None:
        """Give it the variable *name*, which may be its priority; raises `Refused` for what makes no sense."""
        check_variable_name(name)
        if name == PRIORITY:
            self.priority = _priority(value)
        else:
            self.said.say({name: Setting(value, replace(origin, level=self.level))})


@dataclass
class DraftHost:
    """What is known of a host; *origin* is the line that named it first."""

    name: str
    origin: Origin
    said: Said = field(default_factory=Said)

    @property
    def settings(self) -> dict[str, Setting]:
        """Its variables."""
        return self.said.settings

    def set(self, name: str, value: Value, origin: Origin) -> None:
        """Give it the variable *name*; raises `Refused` for a name that makes no sense."""
        check_variable_name(name)
        if name == PRIORITY:
            raise Refused(OF_NO_HOST)
        self.said.say({name: Setting(value, replace(origin, level=f"host {self.name}"))})


class Draft:
    """The groups and hosts of one inventory, by name, in the order in which they were declared."""

    def __init__(self) -> None:
        self.groups: dict[str, DraftGroup] = {}
        self.hosts: dict[str, DraftHost] = {}
        self.add_group(ALL)
        self.add_group(UNGROUPED)
        self.add_child(ALL, UNGROUPED)

    def add_group(self, name: str) -> DraftGroup:
        """The group called *name*, new or known."""
        return self.groups.setdefault(name, DraftGroup(name))

    def add_child(self, parent: str, child: str) -> None:
        """Put the group *child* into *parent*; refuses what would make a group contain itself."""
        if child == ALL or (child == UNGROUPED and parent != ALL) or parent == UNGROUPED:
            raise Refused(f'group "{parent}" cannot have the child "{child}": one of them is built in')
        if parent in self._with_descendants(child):
            raise Refused(f'group "{parent}" would contain itself through "{child}"; remove one of the two')
        if child not in self.groups[parent].children:
            self.groups[parent].children.append(child)
            self.groups[child].parents.append(parent)

    def add_host(self, name: str, group: str, port: int | None, origin: Origin) -> DraftHost:
        """The host called *name*, new or known, listed in *group*."""
        host = self.hosts.get(name)
        if host is None:
            host = self.hosts[name] = DraftHost(name, origin)
            if port is not None:
                host.settings["ansible_port"] = Setting(port, origin)
        elif port is not None:
            _refuse_second_port(host, port)
        if name not in self.groups[group].hosts:
            self.groups[group].hosts.append(name)
        return host

    def settle(self, problems: Problems) -> None:
        """Put every group under `all` and every host that has no group into `ungrouped`."""
        for group in list(self.groups.values()):
            if group.name != ALL and not group.parents:
                self.add_child(ALL, group.name)
        grouping = [group for group in self.groups.values() if group.name not in {ALL, UNGROUPED}]
        grouped = {name for group in grouping for name in group.hosts}
        ungrouped = dict.fromkeys([*self.groups[UNGROUPED].hosts, *self.hosts])
        self.groups[UNGROUPED].hosts = [name for name in ungrouped if name not in grouped]
        for name in self.hosts.keys() & self.groups.keys():
            if self.hosts_of(name) != (name,):
                message = f'host "{name}" has the name of a group; rename one of the two'
                problems.add(self.hosts[name].origin, message)

    def hosts_of(self, group: str) -> tuple[str, ...]:
        """The hosts of *group* and of all groups below it, each once, nearest groups first."""
        nearest_first = self._with_descendants(group)
        return tuple(dict.fromkeys(host for name in nearest_first for host in self.groups[name].hosts))

    def groups_of(self) -> dict[str, list[DraftGroup]]:
        """For each host its groups but `all`, the weakest first: by depth, then priority, then name."""
        groups: dict[str, list[DraftGroup]] = {name: [] for name in self.hosts}
        depth = self._depths()

        def strength(group: DraftGroup) -> tuple[int, int, str]:
            return depth[group.name], group.priority, group.name

        for group in sorted(self.groups.values(), key=strength):
            if group.name != ALL:
                for name in self.hosts_of(group.name):
                    groups[name].append(group)
        return groups

    def _depths(self) -> dict[str, int]:
        """The longest way from `all` to each group."""
        depth: dict[str, int] = {ALL: 0}

        def depth_of(name: str) -> int:
            if name not in depth:
                depth[name] = 1 + max((depth_of(parent) for parent in self.groups[name].parents), default=-1)
            return depth[name]

        for name in self.groups:
            depth_of(name)
        return depth

    def _with_descendants(self, group: str) -> Iterator[str]:
        """*group*, its children, their children …, each once."""
        seen = {group}
        queue = deque([group])
        while queue:
            name = queue.popleft()
            yield name
            fresh = [child for child in self.groups[name].children if child not in seen]
            seen.update(fresh)
            queue.extend(fresh)


def _refuse_second_port(host: DraftHost, port: int) -> None:
    known = host.settings.get("ansible_port")
    if known is None or known.value != port:
        had = f"port {known.value}" if known else "no port"
        expected = "its port where it is first listed"
        raise Refused(f'host "{host.name}" has {had} since {host.origin}; expected {expected}')


def check_group_name(name: str) -> None:
    """Refuse what would lead out of ``group_vars``, or mean something in a host pattern."""
    if not GROUP_NAME.fullmatch(name):
        raise Refused(f'group name "{name}": expected letters, digits, "_", "-" and "."')


def _priority(value: Value) -> int:
    if isinstance(value, str) and re.fullmatch("-?[0-9]+", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(f'{PRIORITY}: "{value}"; expected a whole number')
    return value
