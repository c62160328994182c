"""What values of a play mean for one host: its own variables over the inventory's, and those of roles below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from deploytasks.agent.regex import regex
from deploytasks.cli.ansible_project.playbook import Play, Task
from deploytasks.errors import InventoryError
from deploytasks.inventory import Host
from deploytasks.inventory.landscape import Landscape
from deploytasks.inventory.origin import Origin, Setting
from deploytasks.inventory.variable_name import names_a_secret
from deploytasks.inventory.variables import Variables, texts_in

ASKED = "what_is_asked"
EXPRESSION = regex(r"\{\{.*?\}\}", re.DOTALL)
STATEMENT = regex(r"\{%.*?%\}\n?|\{#.*?#\}", re.DOTALL)


class Unclear(Exception):
    """What a value means is not known before a run of Ansible."""


class Meaning:
    """Values of *play*, as they are for *host*."""

    def __init__(self, host: Host, play: Play) -> None:
        place = {"playbook_dir": Setting(str(play.directory.resolve()), Origin(play.where, None, "play"))}
        self._settings = {**play.under, **host.settings, **play.over, **place}
        self._own = host
        self.host = host.name

    def of(self, value: Any, task: Task | None = None, **more: Any) -> Any:
        """What *value*, of *task*, means; raises `Unclear`."""
        variables = self._variables(value, task, more)
        try:
            return variables[ASKED]
        except InventoryError as error:
            raise Unclear(_reason(str(error))) from error

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The texts of the variables that are secret, by their names or where they are kept."""
        names = [name for name, each in self._settings.items() if each.is_secret or names_a_secret(name)]
        return frozenset(text for name in names for text in texts_in(self.name(name)))

    def is_the_inventorys(self, value: Any) -> bool:
        """Whether the inventory alone has all that *value* is made of."""
        settings = {**self._own.settings, ASKED: Setting(value, Origin("asked", None, "play"))}
        try:
            return bool(Variables(self.host, settings, self._landscape(settings))[ASKED] == self.of(value))
        except (InventoryError, Unclear):
            return False

    def name(self, *names: str) -> Any:
        """The first of the variables *names* that is set and clear; None where none is."""
        for name in names:
            if name in self._settings:
                try:
                    return self.of(f"{{{{ {name} }}}}")
                except Unclear:
                    continue
        return None

    def has(self, name: str) -> bool:
        """Whether *name* is set."""
        return name in self._settings

    def where(self, name: str) -> str:
        """The place that sets *name*."""
        return str(self._settings[name].origin)

    def names(self, prefix: str) -> Iterator[str]:
        """The variables that begin with *prefix*."""
        return (name for name in self._settings if name.startswith(prefix))

    def text(self, text: str, task: Task) -> str:
        """What a template's *text* makes; where that is unclear, each expression that is clear."""
        try:
            return str(self.of(text, task) or "")
        except Unclear:
            return EXPRESSION.sub(lambda found: self._expression(found[0], task), STATEMENT.sub("", text))

    def _expression(self, text: str, task: Task) -> str:
        try:
            return str(self.of(text, task))
        except Unclear:
            return text

    def _variables(self, value: Any, task: Task | None, more: Mapping[str, Any]) -> Variables:
        origin = Origin(task.where if task else "asked", None, "play")
        own = {name: Setting(each, origin) for name, each in more.items()}
        settings = {**self._settings, **(task.settings if task else {}), **own, ASKED: Setting(value, origin)}
        return Variables(self.host, settings, self._landscape(settings))

    def _landscape(self, settings: Mapping[str, Setting]) -> Landscape:
        around = self._own.landscape
        if around is None:
            return Landscape({self.host: settings}, {}, {})
        hosts = {**around.hosts, self.host: settings}
        return Landscape(hosts, around.groups, {name: around.file_of(name) for name in hosts})


def path_of(task: Task, name: str, kind: str) -> Path | None:
    """The file *name* of *kind* (``templates``, ``files``) that *task* means, where Ansible looks for it."""
    role = task.directory.parent
    places = [role / kind / name, task.directory / kind / name, task.directory / name, role / name]
    return next((place for place in places if place.is_file()), None)


def _reason(message: str) -> str:
    """*message* without the name of what was asked, which nobody has written."""
    return message.partition(f"{ASKED}: ")[2].partition("; needed by")[0] or message
