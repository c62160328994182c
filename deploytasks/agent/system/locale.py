"""The language in which programs speak."""

from __future__ import annotations

import os
import re
from typing import Dict, Optional

from deploytasks.agent.disk.part import gives_back, text_of, with_whole, write_text
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import Pairs, pairs_of
from deploytasks.agent.regex import regex

FILES = ("/etc/locale.conf", "/etc/default/locale")
"""Of systemd, to which newer Debians have a link in place of the other; and Debian's own (locale(5))."""
NAME = regex(r"[A-Za-z][\w.@-]*")
CATEGORY = regex(r"LANGUAGE|LC_[A-Z]+")


@frozen
class Locale(Resource):
    """Sessions and services begin with *lang*, such as ``de_DE.UTF-8``, for LANG.

    *categories* are others, such as ``{"LC_TIME": "C.UTF-8"}``. ``Locales`` makes a locale that is not there yet,
    and ``C.UTF-8`` is always there. Other lines of the file stay. Raises ``ValueError``.
    """

    lang: str
    categories: Pairs = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "categories", pairs_of(self.categories))
        for name, value in (("LANGUAGE", self.lang), *pairs_of(self.categories)):
            if not CATEGORY.fullmatch(name) or not NAME.fullmatch(value.replace(":", "_")):
                raise ValueError("locale %s=%s; expected such as LC_TIME=de_DE.UTF-8" % (name, value))

    def desired(self) -> State:
        return {"LANG": self.lang, **dict(pairs_of(self.categories))}

    def inspect(self, machine: Machine) -> State:
        path = self._place(machine)
        text = text_of(path)
        return with_whole(path, {name: _value(text, name) for name in self.desired() or {}})

    def apply(self, machine: Machine, change: Change) -> None:
        path = self._place(machine)
        if not gives_back(path, change.after):
            write_text(path, _edited(text_of(path), change.after or {}))

    @staticmethod
    def _place(machine: Machine) -> str:
        newer, older = (machine.path(path) for path in FILES)
        return newer if os.path.islink(older) or not os.path.isdir(os.path.dirname(older)) else older


def _edited(text: str, wanted: Dict[str, str]) -> str:
    kept = [line for line in text.splitlines() if line.partition("=")[0].strip() not in wanted]
    return "".join("%s\n" % line for line in (*kept, *map("=".join, wanted.items())))


def _value(text: str, name: str) -> Optional[str]:
    found = re.findall(r"^\s*%s=[\"']?([^\"'\n]*)" % name, text, re.MULTILINE)
    return found[-1].strip() if found else None
