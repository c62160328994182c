"""The inventory: every host with its merged variables, every group."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path

from deploytasks.agent.frozen import frozen
from deploytasks.errors import InventoryError
from deploytasks.inventory.draft import ALL, Draft, DraftGroup, Said
from deploytasks.inventory.environment import over, settings_in
from deploytasks.inventory.extra_vars import read_extra_vars
from deploytasks.inventory.group import Group
from deploytasks.inventory.host import Host, acquainted
from deploytasks.inventory.landscape import Landscape
from deploytasks.inventory.origin import CONFIGURED, Origin, Setting
from deploytasks.inventory.pattern import HostNames, matching
from deploytasks.inventory.problems import Problems
from deploytasks.inventory.sources.host_list import is_host_list
from deploytasks.inventory.sources.source import SourceReader
from deploytasks.inventory.sources.variable_files import VariableFiles
from deploytasks.inventory.value import Value
from deploytasks.inventory.vault import Vault, passwords_of
from deploytasks.spelling import did_you_mean


@frozen
class Inventory:
    """All that an inventory's *sources*, and variable files beside them, say.

    *hosts* are in the order in which Ansible goes through them; *groups* in that of their first appearance,
    after ``all`` and ``ungrouped``.
    """

    sources: tuple[str, ...]
    hosts: tuple[Host, ...]
    groups: tuple[Group, ...]
    vault: Vault = field(default_factory=Vault, repr=False, compare=False)
    words: tuple[str, ...] = field(default=(), repr=False, compare=False)

    @classmethod
    def load(
        cls,
        *sources: str | os.PathLike[str],
        beside: str | os.PathLike[str] | None = None,
        vault: Vault | None = None,
        defaults: Mapping[str, Setting] | None = None,
    ) -> Inventory:
        """Read the inventory that *sources* are together, later ones over earlier ones.

        Each is a file (Ansible's INI, YAML, JSON, TOML), a directory of such, or names with commas, ``web1,web2``.
        ``group_vars`` and ``host_vars`` are read beside each, and in the directory *beside*. What is encrypted is
        opened by *vault*, which has the passwords that ``$ANSIBLE_VAULT_PASSWORD_FILE`` names if it is not given.
        *defaults* are below all that is said of any host.

        What the environment says of the connection (``DEPLOYTASKS_ANSIBLE_USER`` …) goes over it, for all hosts.
        Raises one ``InventoryError`` with a ``file:line: …`` for each thing that is wrong.
        """
        names = tuple(os.fspath(source) for source in sources)
        problems, draft = Problems(), Draft()
        vault = vault or Vault(passwords_of((), os.environ))
        reader = SourceReader(draft, vault, problems)
        for name in names:
            reader.read(name)
        draft.settle(problems)
        directories = [*_directories(names), *([] if beside is None else [Path(beside)])]
        files = VariableFiles(directories, vault, problems)
        read = (*reader.files, *files.directories, *vault.files)
        hosts = _hosts(draft, files, problems, read, defaults or {})
        if not hosts and not problems:
            raise InventoryError(f"{', '.join(names)}: has no hosts; {_expected(names)}")
        _refuse_same_machine(draft, hosts, problems)
        problems.raise_if_any()
        groups = tuple(_group(draft, name, hosts) for name in draft.groups)
        return cls(names, groups[0].hosts, groups, vault, tuple(_otherwise_in_ansible(draft, files)))

    def __getitem__(self, name: str) -> Group:
        """The group called *name*; raises ``InventoryError`` with the nearest name."""
        for group in self.groups:
            if group.name == name:
                return group
        names = [group.name for group in self.groups]
        hint = did_you_mean(name, names) or ";"
        raise InventoryError(f'unknown group "{name}"{hint} groups: {", ".join(names)}')

    def __iter__(self) -> Iterator[Host]:
        return iter(self.hosts)

    def __len__(self) -> int:
        return len(self.hosts)

    def select(self, pattern: str) -> tuple[Host, ...]:
        """The hosts that an Ansible host pattern chooses.

        Raises ``InventoryError`` for what is no pattern, and for names that there are not.
        """
        by_name = {host.name: host for host in self.hosts}
        groups = {group.name: [host.name for host in group.hosts] for group in self.groups}
        return tuple(by_name[name] for name in matching(pattern, HostNames(list(by_name), groups)))

    def with_extra_vars(self, arguments: Iterable[str]) -> Inventory:
        """The same inventory with ``--extra-vars`` *arguments* over the variables of every host."""
        return self._over(read_extra_vars(arguments, self.vault))

    def with_variables(self, variables: Mapping[str, Value], file: str) -> Inventory:
        """The same inventory with *variables* of *file* over those of every host."""
        from deploytasks.inventory.value import plain

        origin = Origin(file, None, file)
        return self._over({name: Setting(plain(value), origin) for name, value in variables.items()})

    def _over(self, settings: Mapping[str, Setting]) -> Inventory:
        if not settings or not self.hosts:
            return self
        landscape = self.hosts[0].landscape
        beyond = landscape and landscape.over(settings)
        hosts = acquainted(host.with_settings(settings, beyond) for host in self.hosts)
        groups = tuple(
            replace(group, hosts=tuple(hosts[host.name] for host in group)) for group in self.groups
        )
        return replace(self, hosts=groups[0].hosts, groups=groups)

    def to_ansible(self, hosts: Iterable[Host] | None = None) -> dict[str, dict[str, Value]]:
        """What ``ansible-inventory --list`` prints, passwords included, and templates as they are written.

        It is narrowed to *hosts* if these are given.
        """
        chosen = {host.name: host for host in (self.hosts if hosts is None else hosts)}
        document: dict[str, dict[str, Value]] = {}
        for group in self.groups:
            members: list[Value] = [name for name in group.members if name in chosen and group.name != ALL]
            lists: dict[str, Value] = {"hosts": members, "children": list(group.children)}
            document[group.name] = {key: names for key, names in lists.items() if names}
        variables: dict[str, Value] = {
            name: {
                key: setting.value
                for key, setting in host.settings.items()
                if setting.origin.level != CONFIGURED
            }
            for name, host in chosen.items()
            if host.variables
        }
        return {name: lists for name, lists in document.items() if lists} | {"_meta": {"hostvars": variables}}


def _directories(sources: Iterable[str]) -> Iterator[Path]:
    """Where variable files lie: a source itself that is a directory, else the one that it is in."""
    for source in sources:
        if not is_host_list(source):
            path = Path(source)
            yield path if path.is_dir() else path.parent


def _expected(sources: Iterable[str]) -> str:
    if any(Path(source).is_dir() for source in sources):
        return "expected a file with a host in it; in a directory, hidden files and backups are passed over"
    return "expected at least one line with a host name"


def _hosts(
    draft: Draft,
    files: VariableFiles,
    problems: Problems,
    sources: tuple[str, ...],
    defaults: Mapping[str, Setting],
) -> Mapping[str, Host]:
    """Every host with its levels merged: `all`, parents, children, the host, the environment; files over the INI."""
    of_group = {name: (group.said, files.of_group(name, group.level)) for name, group in draft.groups.items()}
    of_host = {name: (host.said, files.of_host(name, f"host {name}")) for name, host in draft.hosts.items()}
    in_environment = settings_in(os.environ, problems)
    groups_of = draft.groups_of()

    def layers(name: str) -> Iterator[Said]:
        yield from of_group[ALL]
        for group in groups_of[name]:
            yield from of_group[group.name]
        yield from of_host[name]

    every: dict[str, dict[str, Setting]] = {}
    for name in groups_of:
        settings: dict[str, Setting] = {}
        for said in layers(name):
            settings.update(said.settings)
        every[name] = over(over(defaults, settings) if defaults else settings, in_environment)
    landscape = Landscape(
        every,
        {name: list(draft.hosts_of(name)) for name in draft.groups},
        {name: host.origin.file for name, host in draft.hosts.items()},
        lambda name: [*defaults.items(), *(pair for said in layers(name) for pair in said.everything())],
    )
    return acquainted(
        Host.from_settings(name, settings, _names(groups_of[name]), problems, sources, landscape)
        for name, settings in every.items()
    )


def _otherwise_in_ansible(draft: Draft, files: VariableFiles) -> Iterator[str]:
    """Where a group of the inventory counts over ``group_vars/all``, and not in Ansible."""
    of_all = files.of_group(ALL, ALL).settings
    for group in draft.groups.values() if of_all else ():
        for name in group.settings.keys() & of_all.keys() if group.name != ALL else ():
            nearer, farther = group.settings[name], of_all[name]
            if nearer.value != farther.value:
                yield (
                    f"{nearer.origin}: {name} of the group {group.name} counts over {farther.origin} here, and not in "
                    f"Ansible; say it in group_vars/{group.name}.yml, where it counts in both"
                )


def _names(groups: Iterable[DraftGroup]) -> tuple[str, ...]:
    return tuple(group.name for group in groups)


def _group(draft: Draft, name: str, hosts: Mapping[str, Host]) -> Group:
    group = draft.groups[name]
    members = tuple(hosts[host] for host in draft.hosts_of(name))
    return Group(name, members, tuple(group.hosts), tuple(group.children))


def _refuse_same_machine(draft: Draft, hosts: Mapping[str, Host], problems: Problems) -> None:
    """Two names for one machine would deploy the same app there twice at once."""
    first_of: dict[object, str] = {}
    for name, host in hosts.items():
        first = first_of.setdefault(_machine(host), name)
        if first != name and host.connection.is_ours and not host.connection.is_local:
            where = f"{host.connection.address}, port {host.connection.port or 22}"
            message = (
                f'host "{name}" is the same machine as "{first}" at {draft.hosts[first].origin}: {where}'
            )
            problems.add(draft.hosts[name].origin, f"{message}; expected one name for it")


def _machine(host: Host) -> object:
    """What tells two hosts apart: the way there, and the app; two apps may share a machine."""
    way = host.connection
    app = host.variables.get("app_name")
    return way.address, way.port or 22, way.ssh.proxy_jump, way.ssh.proxy_command, str(app)
