"""The configuration of Ansible's inventory plugin ``constructed``: groups and variables out of variables.

``compose`` makes variables, ``groups`` puts hosts into groups by a condition, ``keyed_groups`` by a value; each is an
expression of jinja2. Follows ``plugins/inventory/constructed.py`` of ansible-core 2.19, on the hosts of all sources
before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deploytasks.agent.regex import regex
from deploytasks.errors import InventoryError
from deploytasks.inventory.documents.branch import Branch
from deploytasks.inventory.draft import ALL, Draft, DraftGroup
from deploytasks.inventory.landscape import Landscape
from deploytasks.inventory.origin import Origin, Setting
from deploytasks.inventory.place import Place
from deploytasks.inventory.problems import Problems
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.templating.engine import evaluated
from deploytasks.inventory.templating.result import finished
from deploytasks.inventory.variables import Work
from deploytasks.spelling import did_you_mean

NO_GROUP_NAME = regex(r"^[\d\W]|[^\w]")
PLUGINS = ("constructed", "ansible.builtin.constructed")
OPTIONS = (
    "plugin",
    "strict",
    "compose",
    "groups",
    "keyed_groups",
    "use_vars_plugins",
    "leading_separator",
    "use_extra_vars",
)
KEYED = ("key", "prefix", "separator", "parent_group", "default_value", "trailing_separator")


class ConstructedReader:
    """Carries out the configuration in *origin*'s file on the hosts of *draft*."""

    def __init__(self, origin: Origin, draft: Draft, problems: Problems) -> None:
        self._at = origin
        self._draft = draft
        self._problems = problems
        self._groups_of: Mapping[str, list[DraftGroup]] = {}
        self._hosts_of: Mapping[str, list[str]] = {}

    def read(self, document: Branch) -> None:
        """Make what *document* says."""
        options = dict(document.pairs())
        plugin = options["plugin"].value()
        if plugin not in PLUGINS:
            raise Refused(
                f'plugin "{plugin}" is not supported; expected constructed, or what a program prints',
                options["plugin"].line,
            )
        for name, option in options.items():
            if name not in OPTIONS:
                raise Refused(
                    f'unknown option "{name}" of constructed{did_you_mean(name, OPTIONS)}', option.line
                )
        strict = bool("strict" in options and options["strict"].value())
        self._groups_of = self._draft.groups_of()
        self._hosts_of = {name: list(self._draft.hosts_of(name)) for name in self._draft.groups}
        for host in list(self._draft.hosts):
            self._compose(host, options, strict=strict)
            self._group(host, options, strict=strict)
            self._group_by_key(host, options, strict=strict)

    def _compose(self, host: str, options: Mapping[str, Branch], *, strict: bool) -> None:
        for name, branch in _pairs(options, "compose"):
            for value in self._values(host, branch, _expression(branch), strict=strict):
                with self._problems.at(self._origin(branch)):
                    self._draft.hosts[host].set(name, value, self._origin(branch))

    def _group(self, host: str, options: Mapping[str, Branch], *, strict: bool) -> None:
        for name, branch in _pairs(options, "groups"):
            if any(self._values(host, branch, f"({branch.value()}) | ternary(true, false)", strict=strict)):
                self._put(host, _safe(name), self._origin(branch))

    def _group_by_key(self, host: str, options: Mapping[str, Branch], *, strict: bool) -> None:
        if "keyed_groups" not in options:
            return
        branch = options["keyed_groups"]
        separated = "leading_separator" not in options or bool(options["leading_separator"].value())
        entries = branch.value()
        if not isinstance(entries, list):
            raise Refused("keyed_groups: expected a list", branch.line)
        for entry in entries:
            if not isinstance(entry, dict) or not isinstance(entry.get("key"), str):
                raise Refused("keyed_groups: expected entries with a key", branch.line)
            for option in entry:
                if option not in KEYED:
                    raise Refused(
                        f'keyed_groups: unknown option "{option}"{did_you_mean(option, KEYED)}', branch.line
                    )
            for value in self._values(host, branch, str(entry["key"]), strict=strict):
                self._put_by_key(host, entry, value, branch, separated=separated)

    def _put_by_key(
        self, host: str, entry: Mapping[str, Any], value: Any, branch: Branch, *, separated: bool
    ) -> None:
        prefix, separator = str(entry.get("prefix", "")), str(entry.get("separator", "_"))
        for name in _names(value, separator, entry):
            between = separator if prefix or separated else ""
            group = _safe(f"{prefix}{between}{name}")
            self._put(host, group, self._origin(branch))
            if entry.get("parent_group"):
                parent = _safe(str(entry["parent_group"]))
                self._draft.add_group(parent)
                with self._problems.at(self._origin(branch)):
                    self._draft.add_child(parent, group)

    def _put(self, host: str, group: str, origin: Origin) -> None:
        self._draft.add_group(group)
        self._draft.add_host(host, group, None, origin)

    def _values(self, host: str, branch: Branch, expression: str, *, strict: bool) -> Iterator[Any]:
        """What *expression* is for *host*; nothing if it cannot be worked out, unless that is *strict*."""
        files = {host: self._draft.hosts[host].origin.file}
        landscape = Landscape({host: self._settings(host)}, self._hosts_of, files)
        work = Work(landscape.variables_of(host), (Place(host, "constructed", self._origin(branch)),))
        try:
            yield finished(evaluated(expression, work))
        except (Refused, InventoryError) as error:
            if strict:
                self._problems.add(self._origin(branch), f"{host}: {error}")

    def _settings(self, host: str) -> dict[str, Setting]:
        """What is known of *host* until here, without the files beside the sources, as in Ansible."""
        found = dict(self._draft.groups[ALL].settings)
        for group in self._groups_of[host]:
            found.update(group.settings)
        return {**found, **self._draft.hosts[host].settings}

    def _origin(self, branch: Branch) -> Origin:
        return Origin(self._at.file, branch.line, "", is_encrypted=self._at.is_encrypted)


def _pairs(options: Mapping[str, Branch], name: str) -> list[tuple[str, Branch]]:
    if name not in options or options[name].kind == "nothing":
        return []
    if options[name].kind != "mapping":
        raise Refused(f"{name}: expected a mapping", options[name].line)
    return list(options[name].pairs())


def _expression(branch: Branch) -> str:
    written = branch.value()
    if not isinstance(written, str):
        raise Refused(
            f"{written} is a {type(written).__name__}; expected an expression: quote it", branch.line
        )
    return written


def _names(value: Any, separator: str, entry: Mapping[str, Any]) -> Iterator[str]:
    """The ends of the groups' names that *value* stands for; what is empty has the default's, if there is one."""
    usual = entry.get("default_value")

    def shown(item: Any) -> Any:
        return usual if item in (None, "") and usual is not None else item

    if isinstance(value, dict):
        for key, item in value.items():
            empty = item in (None, "") and usual is None and entry.get("trailing_separator") is False
            yield key if empty else f"{key}{separator}{shown(item)}"
    elif isinstance(value, list):
        yield from (str(shown(item)) for item in value)
    elif value in (None, ""):
        yield from () if usual is None else (str(usual),)
    elif isinstance(value, str):
        yield value
    else:
        raise Refused(f"keyed_groups: a key is a {type(value).__name__}; expected text, a list or a mapping")


def _safe(name: str) -> str:
    """As Ansible calls such a group: letters, digits and underscores."""
    return NO_GROUP_NAME.sub("_", name)
