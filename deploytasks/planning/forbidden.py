"""What lifts the restriction of a unit that a program has met, by what it says of it: the variable, in a sentence."""

from __future__ import annotations

import re

from deploytasks.agent.regex import regex

SAID = {
    r"Cannot allocate write\+execute memory|Unable to allocate section memory|SetPermissions": (
        'the app makes code as it runs, and systemd_deny has "jit": take it out'
    ),
    r"No such file or directory: b?['\"]/proc/(?!\d|self)": (
        'the app reads of the whole host in /proc, and systemd_deny has "proc": take it out'
    ),
    r"Errno 97\]|Address family not supported by protocol": (
        'if the app looks at network interfaces, let it with systemd_allow=["netlink"]'
    ),
    r"No usable sandbox|Failed to move to new namespace|unshare failed|No permissions to create new namespace": (
        'the app makes namespaces, as sandboxes of browsers do: let it with systemd_allow=["namespaces"]'
    ),
    r"(No such file or directory|Permission denied): b?['\"]/(home|root|run/user)/": (
        'the app does not see the homes of people: let it with systemd_allow=["home"]'
    ),
    r"(No such file or directory|Operation not permitted)\W[^\n]{0,40}?(?P<path>/dev/[\w./:+-]*\w)": (
        'the app sees the devices alone that are named, such as systemd_devices=["{path}"]'
    ),
    r"Permission denied\W[^\n]{0,40}?(?P<path>/dev/[\w./:+-]*\w)": (
        'who may use a device is in its group (ls -l {path}): name that, such as app_groups=["dialout"]'
    ),
    r"Operation not permitted": (
        "what the app's units may not, and what lifts it, is a table in roles/systemd/README.md: see systemd_allow"
    ),
}
"""The first that fits what was said counts."""
STATUS = regex(r"exit status (\d+)")
BY_STATUS = {
    "216": "app_groups names a group that this host has not: make it there, or leave it out",
    "217": "systemd could make no namespace of users: see inv doctor",
    "226": "systemd could make no mount: is each of systemd_read_write_paths there? See inv doctor, too",
}
"""What systemd could not do for a unit, by its exit status (systemd.exec(5))."""


def what_lifts(reason: str, output: str) -> str:
    """The sentence for a program that failed for *reason*, in whose last words is *output*; empty where none fits."""
    met = ((re.search(words, output), sentence) for words, sentence in SAID.items())
    said = next((sentence.format(**found.groupdict()) for found, sentence in met if found), "")
    status = STATUS.search(reason)
    return said or (BY_STATUS.get(status[1], "") if status else "")
