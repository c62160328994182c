"""Packages by name: which are required, and which are installed."""

from __future__ import annotations

import glob
import os
import re
from typing import Dict, Iterator, Mapping, Tuple

from deploytasks.agent.python.records import SITE_PACKAGES
from deploytasks.agent.regex import regex

PINNED = regex(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*==\s*([^\s;\\]+)")
OWN = regex(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])? @ file:wheels/.*#\s*(\S+)$")
"""A package that was built elsewhere, and what it was built of."""
REQUIRED = regex(r"^([A-Za-z0-9][\w.-]*)\s*(.*)$")
LOCKED = regex(r'^\[\[packages?\]\]\s+name = "([^"]+)"\s+version = "([^"]+)"', re.MULTILINE)
"""A package of a uv.lock or of a pylock.toml."""
LIST = regex(r"(.+)-([^-]+)\.dist-info")
"""The directory of an installed package's records (PyPA, Recording installed projects)."""
MAY_STAY = " (required no more; it stays where another package needs it)"


def in_lock(text: str) -> Iterator[Tuple[str, str]]:
    """All packages of a lock file, with their versions."""
    return ((_canonical(name), version) for name, version in LOCKED.findall(text))


def in_requirements(text: str) -> Iterator[Tuple[str, str]]:
    """The packages that *text* names, and what it says of their versions."""
    for line in text.replace("\\\n", " ").splitlines():
        plain = line.split(" #")[0].split(" --hash")[0].strip()
        found = OWN.match(line) or PINNED.match(plain) or REQUIRED.match(plain)
        if found:
            yield _canonical(found.group(1)), found.group(2).strip()


def installed_in(place: str) -> Dict[str, str]:
    """The packages in the virtual environment *place*, with their versions."""
    lists = glob.glob(os.path.join(glob.escape(place), SITE_PACKAGES, "*.dist-info"))
    found = filter(None, (LIST.fullmatch(os.path.basename(path)) for path in lists))
    return {_canonical(package.group(1)): package.group(2) for package in found}


def told_apart(
    before: Mapping[str, str], after: Mapping[str, str], installed: Mapping[str, str], *, whole: bool
) -> Iterator[str]:
    """How what is required *after* differs from what was *before*.

    What is *installed* counts, where that is known, and not what was asked for. A *whole* list has everything that will
    be installed; another has not what its packages need themselves.
    """
    for name in sorted({*before, *after}):
        was, becomes = (installed or before).get(name), after.get(name)
        if before.get(name) == becomes or was == becomes:
            continue
        if was is None:
            yield ("+ %s %s" % (name, becomes)).rstrip()
        elif becomes is None:
            yield "- %s %s%s" % (name, was, "" if whole else MAY_STAY)
        else:
            yield "%s %s → %s" % (name, was or "any version", becomes or "any version")


def _canonical(name: str) -> str:
    """The one spelling of a package's name (PyPA, Names and normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()
