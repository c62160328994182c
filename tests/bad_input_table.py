"""What a person can get wrong, and the tests for it: ``python -m tests.bad_input_table`` writes docs/bad-input.md."""

from __future__ import annotations

from collections import defaultdict

from tests.catalogue import ROOT, Catalogue, link
from tests.cli import test_bad_input

HEAD = """\
# What is refused, and where

What can be known on this machine is refused here, with exit code 5, before anything is contacted: the tests named
*refused here* give `inv` an inventory that leads to a port at which nobody may knock. All that is wrong is told at
once, with the file and line where it stands and what is expected instead; nobody gets a traceback for a mistake of
their own.
"""
ROWS = {
    "The inventory": {
        1: "it is not there",
        2: "it is a directory without any, may not be read, or is no text",
        3: "it has no hosts",
        4: "a group has none",
        5: "an unknown group",
        6: "an empty host pattern, as from a variable that is not set",
        7: "an unknown host",
        8: "localhost, which is in no inventory",
        9: "a pattern that matches nobody",
        10: "a port that is none",
        11: "a host that begins as an option does",
        12: "a host with words for a shell",
        13: "a login that is no user name",
        14: "a key file that is not there",
        15: "two names of one machine",
        16: "another connection than ssh or local",
        17: "a version that would be read as a number",
        69: "a file that anybody may write to, that is a loop of links, or far too large",
    },
    "The app and its site": {
        18: "a name that is none, or that the system has",
        19: "a name with `@`",
        20: "a release that cannot be one",
        21: "a directory that is relative, the system's, or not spelled out",
        22: "a path that is too long for a socket",
        23: "a domain with a directive behind it",
        24: "a domain that is none",
        25: "a domain of another alphabet",
        26: "a domain that another site of the host has",
        27: "TLS without a name to be known by",
        28: "a port that is none, or SSH's",
        29: "a size",
        30: "a number of seconds",
        31: "a number of workers",
        32: "a callable",
        33: "a server that is misspelt",
        34: "settings of a server that are ours",
        61: "a rule of the firewall",
        62: "rules that leave SSH out",
        63: "a path for the health check",
        64: "a certificate and a key: missing, expired, encrypted, not a pair, of another name",
        65: "a number of releases to keep",
        66: "a user of the app: root, or no name",
        67: "a schedule",
    },
    "The environment of the app": {
        35: "a name that is none, or that would lead the app astray",
        36: "any text as a value: it arrives unchanged",
        37: "a value that no environment can hold",
        38: "a file of it that others may read",
        39: "a name that is there twice",
        40: "a secret on the command line",
        71: "a package index that is asked without encryption",
        72: "a password of the connection on the command line",
        73: "a template in a value, which nothing would fill in",
    },
    "Variables and templates": {
        41: "YAML, TOML and JSON that is none, or that means to do more than to say values",
        42: "an unknown variable",
        43: "a value of the wrong type",
        44: "a missing variable",
        45: "a template that wants what nobody gives",
        46: "a template that is none, is missing, or includes itself",
        47: "a value that looks like a template",
        48: "a template with the line ends of Windows, without the last one, or without anything",
        49: "a unit without a command",
    },
    "The command line": {
        50: "a release that the host has not",
        51: "a rollback to what serves",
        52: "a number that is none",
        53: "an unknown flag",
        54: "flags that exclude each other",
        55: "no task, or an unknown one",
        68: "a choice of log lines",
    },
    "What travels": {
        56: "requirements that are none, lead elsewhere, or that only this machine has",
        57: "a package without a wheel for the host",
        58: "a source that is missing, empty, a whole machine, or has secrets in it",
        59: "a tree that leads out of itself, or has one name twice",
        60: "names of files with control characters, or that are no UTF-8",
        70: "a host that says what is not from the agent",
    },
}
REMARKS = {
    22: "cannot be: sockets lie below /run/APP, and the name of an app has at most 32 characters",
    49: "no test: units are written from templates of ours; a unit of somebody's own role fails with systemd's reason",
    53: "Invoke reads the command line: it says `No idea what '--timeot' is!` and ends with 1",
    55: "Invoke's: it lists the tasks, or has no idea what the name is, and ends with 1",
}


def refused_here() -> dict[int, list[str]]:
    """Links to the cases of tests/cli/test_bad_input.py, by the row that begins their names."""
    found: dict[int, list[str]] = defaultdict(list)
    for name, bads in test_bad_input.CASES.items():
        number, _, what = name.partition(" ")
        ways = f" ({len(bads)} ways)" if len(bads) > 1 else ""
        found[int(number)].append(link(f"refused here: {what}{ways}", ROOT / "tests/cli/test_bad_input.py"))
    return found


BAD_INPUT = Catalogue("bad_input", ROOT / "docs/bad-input.md", HEAD, ROWS, REMARKS, refused_here())

if __name__ == "__main__":
    BAD_INPUT.write()
