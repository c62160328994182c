"""What dpkg has installed, read from its database: the same answer as dpkg-query(1), without a process."""

from __future__ import annotations

import re
from typing import Dict, Iterator, Sequence

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine

STATUS = "/var/lib/dpkg/status"
ARCHITECTURES = "/var/lib/dpkg/arch"
INSTALLED = "installed"
HELD = "hold"
CONFIGURATION = "config-files"
ABSENT = "absent"

# A package that only waits for another's trigger to run is unpacked and configured.
SAME_AS = {"triggers-pending": INSTALLED, "triggers-awaited": INSTALLED, "not-installed": ABSENT}


def package_states(machine: Machine, names: Sequence[str]) -> Dict[str, str]:
    """For each of *names* ``installed``, ``absent``, or dpkg's own word for what is between.

    The words are in dpkg(1), PACKAGE STATES. A name is a package's, ``package:architecture``, or one
    that an installed package provides.
    """
    database = "\n" + _read(machine.path(STATUS)) + "\n"
    native = _read(machine.path(ARCHITECTURES)).partition("\n")[0]
    return {name: _state(database, name, native) for name in names}


def package_versions(machine: Machine, names: Sequence[str]) -> Dict[str, str]:
    """The version of each of *names* that is installed, or ``absent``; none is one that another package provides."""
    found = _read_each(machine, names)
    return {
        name: _field(stanza, "Version") if _word(stanza) == INSTALLED else ABSENT
        for name, stanza in found.items()
    }


def own_states(machine: Machine, names: Sequence[str]) -> Dict[str, str]:
    """As ``package_states``, but for what a package only provides, which is absent."""
    return {name: _word(stanza) or ABSENT for name, stanza in _read_each(machine, names).items()}


def are_held(machine: Machine, names: Sequence[str]) -> Dict[str, bool]:
    """Whether each of *names* keeps the version that it has (apt-mark(8) ``hold``)."""
    found = _read_each(machine, names)
    return {name: _field(stanza, "Status").startswith(HELD + " ") for name, stanza in found.items()}


def _read_each(machine: Machine, names: Sequence[str]) -> Dict[str, str]:
    """What dpkg has written of each of *names*; empty for one that it does not know."""
    database = "\n" + _read(machine.path(STATUS)) + "\n"
    native = _read(machine.path(ARCHITECTURES)).partition("\n")[0]
    return {name: _stanza_of(database, name, native) for name in names}


def _stanza_of(database: str, name: str, native: str) -> str:
    package, _, architecture = name.partition(":")
    wanted = architecture or native
    found = _stanzas(database, "\nPackage: %s\n" % package)
    return next((each for each in found if not wanted or _field(each, "Architecture") in (wanted, "all")), "")


def _state(database: str, name: str, native: str) -> str:
    package, _, architecture = name.partition(":")
    stanza = _stanza_of(database, name, native)
    if stanza:
        return _word(stanza)
    return INSTALLED if not architecture and _is_provided(database, package) else ABSENT


def _is_provided(database: str, name: str) -> bool:
    provided = re.compile(r"^Provides:(?:.*,)? *%s *(?:[,(].*)?$" % re.escape(name), re.MULTILINE)
    around = (_stanza_at(database, match.start()) for match in provided.finditer(database))
    return any(_word(stanza) == INSTALLED for stanza in around)


def _stanzas(database: str, start: str) -> Iterator[str]:
    at = database.find(start)
    while at >= 0:
        yield _stanza_at(database, at + 1)
        at = database.find(start, at + 1)


def _stanza_at(database: str, at: int) -> str:
    end = database.find("\n\n", at)
    return database[database.rfind("\n\n", 0, at) + 1 : end if end >= 0 else len(database)]


def _word(stanza: str) -> str:
    word = _field(stanza, "Status").rpartition(" ")[2]
    return SAME_AS.get(word, word)


def _field(stanza: str, name: str) -> str:
    found = re.search(r"^%s: (.*)$" % name, stanza, re.MULTILINE)
    return found.group(1) if found else ""


def _read(path: str) -> str:
    try:
        with reading(path, errors="replace") as file:
            return file.read()
    except OSError:
        return ""
