"""All hosts of an inventory with what is set for each, as templates look at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from deploytasks.inventory.origin import Setting
from deploytasks.inventory.value import Value
from deploytasks.inventory.variables import Variables

Settings = Mapping[str, Setting]


def nothing(host: str) -> tuple[()]:
    """Nothing was said of *host*."""
    del host
    return ()


class Landscape:
    """*hosts* with their settings, *groups* with the names in them, and *files* that named each host first.

    *files_read* are those that templates have looked into until now.
    """

    def __init__(
        self,
        hosts: Mapping[str, Settings],
        groups: Mapping[str, list[str]],
        files: Mapping[str, str],
        said_of: Callable[[str], Iterable[tuple[str, Setting]]] = nothing,
    ) -> None:
        self.hosts = hosts
        self.groups = groups
        self.files_read: set[Path] = set()
        self._files = files
        self._said_of = said_of
        self._known: dict[str, Variables] = {}
        self._groups_of: dict[str, list[str]] = {}

    def variables_of(self, host: str) -> Variables:
        """Those of *host*, worked out when asked for; raises ``KeyError`` for an unknown one."""
        if host not in self._known:
            self._known[host] = Variables(host, self.hosts[host], self)
        return self._known[host]

    def read(self, host: str, settings: Settings) -> Mapping[str, Value]:
        """What *settings* mean for *host*: simply their values where nothing has to be worked out."""
        if all(setting.is_plain for setting in settings.values()):
            return {name: setting.value for name, setting in settings.items()}
        if self.hosts.get(host) is settings:
            return self.variables_of(host)
        return Variables(host, settings, self)

    def groups_of(self, host: str) -> list[str]:
        """The groups that *host* is in, but ``all``."""
        if not self._groups_of:
            for group, names in self.groups.items():
                for name in names if group != "all" else ():
                    self._groups_of.setdefault(name, []).append(group)
        return self._groups_of.get(host, [])

    def file_of(self, host: str) -> str:
        """The file that named *host* first."""
        return self._files.get(host, "")

    def places_of(self, host: str, name: str) -> list[Setting]:
        """All that set the variable *name* of *host*, each over the one before."""
        return [setting for said, setting in self._said_of(host) if said == name]

    def over(self, settings: Settings) -> Landscape:
        """The same with *settings* over those of each host."""
        hosts = {name: {**own, **settings} for name, own in self.hosts.items()}
        beyond = Landscape(hosts, self.groups, self._files, self._said_of)
        beyond.files_read = self.files_read
        return beyond
