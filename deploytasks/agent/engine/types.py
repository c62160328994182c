"""The words for types in what is written down on hosts: plans, journals, debts.

These outlive the deploytasks that wrote them. A type of ours is called by its name alone, wherever its module lies
by then; one of a user's own is ``module:Class``, and its source is kept beside it.
"""

from __future__ import annotations

import importlib
import re
import sys
from contextlib import suppress
from typing import Any, Iterable, Tuple

from deploytasks.agent.renamed import TYPES

OURS = "deploytasks.agent."

ROOMS = {
    "accounts": "AbsentUser Group Member Sudoers User",
    "databases": "PostgresAccess PostgresDatabase",
    "docker": "AbsentBuildCache ComposeServices DockerEngine DockerImage ImageAccounts OnlyComposeServices "
    "PulledImages ShippedImage",
    "fetched": "Archive Download",
    "files": "Absent AbsentManaged Compressed Directories Directory EmptyIfLarge File FirstFile LastingFile OnlyFile "
    "Secret SecretFile Symlink Tree",
    "firewall": "Fail2banJail Ufw UfwRule UfwSources",
    "packages": "AptIndex AptRepository Debconf Locales Package Pip Upgrade",
    "programs": "Command Run Script WaitFor",
    "python": "ManagedPython PythonVenv Uv",
    "release": "AbsentFiles Claim CopyRetention FirstSymlink ImageRetention KeptFiles OnlyUfwRules RecordedPlan "
    "Retention",
    "release.runtime": "AbsentUnits FreshProcesses HttpCheck Instance OnlyInstance OnlyProcesses Processes "
    "ProcessesAtBoot ReleaseCommand Watch WayIn",
    "services": "DropIn Journald Reload Restart RunIfUsed Service Timer Unit",
    "ssh": "AuthorizedKey AuthorizedKeys KnownHost SshdSetting",
    "system": "CronJob Hostname HostsEntry Locale Logrotate Mount Swap Sysctl Timezone",
    "text": "Block IniSetting Line Replace",
    "web": "AcmeCertificate ApacheReload NginxLimits NginxMember NginxPage NginxReload NginxSites OnlyCatchAlls "
    "PinnedCertificate SelfSignedCertificate Visit",
}
"""The types of ours by room, each in the module of its own name. One that is renamed goes on in ``renamed.TYPES``."""

MODULES = {
    name: "%s%s.%s" % (OURS, room, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    for room, names in ROOMS.items()
    for name in names.split()
}


def imported_types() -> Tuple[str, ...]:
    """The words of those types of ours that have been imported here."""
    return tuple(word for word, module in MODULES.items() if module in sys.modules)


def import_types(words: Iterable[str]) -> None:
    """Import the types that *words* are for, as far as they are ours; some come with the plan (``import_shipped``)."""
    for word in words:
        if word in MODULES:
            with suppress(ModuleNotFoundError):
                importlib.import_module(MODULES[word])


def word_for(kind: type) -> str:
    """What *kind* is called where it is written down."""
    if kind.__module__.startswith(OURS):
        return kind.__qualname__
    return "%s:%s" % (kind.__module__, kind.__qualname__)


def type_called(word: str) -> Any:
    """The type that *word* is for; raises ``ImportError``, ``AttributeError`` or ``LookupError`` when there is none.

    The first versions wrote the modules of our types, too, as they were then.
    """
    module, _, name = word.rpartition(":")
    if module and not module.startswith(OURS):
        return getattr(importlib.import_module(module), name)
    name = TYPES.get(name, name)
    if name not in MODULES:
        raise LookupError("no type is called %s" % name)
    return getattr(importlib.import_module(MODULES[name]), name)
