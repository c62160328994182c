"""Locales of the C library, as Debian makes them: those of /etc/locale.gen, by locale-gen(8)."""

from __future__ import annotations

import re
from typing import FrozenSet, Tuple

from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen

LIST = "/etc/locale.gen"
MAKE_TIMEOUT_S = 600


@frozen
class Locales(Resource):
    """Programs find the locales *names*, such as ``de_DE.UTF-8`` (locale(7)).

    Debian's package locales has to be there. Raises ``StepError`` for a locale that it does not know.
    """

    names: Tuple[str, ...]

    def desired(self) -> State:
        return dict.fromkeys(self.names, True)

    def inspect(self, machine: Machine) -> State:
        there = _known(machine)
        return {name: True for name in self.names if _plain(name) in there} or None

    def apply(self, machine: Machine, change: Change) -> None:
        wanted = change.after or {}
        gone = [name for name in self.names if name not in wanted]
        _list(machine, tuple(wanted), tuple(gone))
        for name in gone:
            machine.ask(["localedef", "--delete-from-archive", _plain(name)])
        done = machine.ask(["locale-gen"], timeout_s=MAKE_TIMEOUT_S)
        if not done.ok:
            raise StepError("locale-gen could not make %s" % ", ".join(self.names), done.output)


def _known(machine: Machine) -> FrozenSet[str]:
    done = machine.ask(["locale", "-a"])
    return frozenset(map(_plain, done.stdout.split()) if done.ok else ())


def _plain(name: str) -> str:
    """*name* as locale(1) lists it: ``de_DE.UTF-8`` is ``de_DE.utf8``."""
    place, dot, rest = name.partition(".")
    codeset, at, modifier = rest.partition("@")
    return place + dot + codeset.lower().replace("-", "") + at + modifier


def _list(machine: Machine, wanted: Tuple[str, ...], gone: Tuple[str, ...]) -> None:
    """The lines of those *wanted* count, and the lines of those *gone* are comments again."""
    entry = read_entry(machine.path(LIST))
    if entry is None:
        raise StepError("there is no %s: is the package locales installed?" % LIST)
    text = entry["content"]
    for name in wanted:
        text, found = _line(name).subn(r"\2", text)
        if not found:
            raise StepError(
                "%s is no locale that %s lists; choose one of it, such as de_DE.UTF-8" % (name, LIST)
            )
    for name in gone:
        text = _line(name).sub(r"# \2", text)
    write_entry(machine.path(LIST), {**entry, "content": text})


def _line(name: str) -> "re.Pattern[str]":
    return re.compile(r"^([ \t]*#[ \t]*)?(%s[ \t]+\S+[ \t]*)$" % re.escape(name), re.MULTILINE)
