"""What a pipeline says in its environment: a key, known hosts, and connection variables of all hosts."""

from __future__ import annotations

from collections.abc import Mapping

from deploytasks.inventory.connection import KNOWN, VERY_LIKE, aliases_of
from deploytasks.inventory.origin import Origin, Setting
from deploytasks.inventory.problems import Problems
from deploytasks.spelling import did_you_mean

SSH_KEY = "DEPLOYTASKS_SSH_KEY"
KNOWN_HOSTS = "DEPLOYTASKS_KNOWN_HOSTS"
OURS = "DEPLOYTASKS_"
OF_CONNECTION = f"{OURS}ANSIBLE_"
LEVEL = "environment"


def settings_in(environ: Mapping[str, str], problems: Problems) -> dict[str, Setting]:
    """The connection variables that *environ* sets: ``DEPLOYTASKS_ANSIBLE_USER`` is ``ansible_user``.

    An empty one is none: services set what nobody has filled in. A misspelt one goes to *problems*.
    """
    found: dict[str, Setting] = {}
    for key, value in environ.items():
        if not key.startswith(OF_CONNECTION) or not value:
            continue
        name, origin = key.removeprefix(OURS).lower(), Origin(f"${key}", None, LEVEL)
        if name in KNOWN:
            found[name] = Setting(value, origin)
        else:
            problems.add(origin, f"{name}: unknown connection variable{did_you_mean(name, KNOWN, VERY_LIKE)}")
    return found


def over(settings: Mapping[str, Setting], said: Mapping[str, Setting]) -> dict[str, Setting]:
    """*settings* with those *said* in the environment in their place, also in that of their other names."""
    gone = {alias for name in said for alias in aliases_of(name)}
    return {**{name: setting for name, setting in settings.items() if name not in gone}, **said}
