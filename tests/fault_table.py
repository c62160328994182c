"""What can go wrong in a deploy, and the tests for it: ``python -m tests.fault_table`` writes docs/faults.md."""

from __future__ import annotations

from tests.catalogue import ROOT, Catalogue

HEAD = """\
# What can go wrong, and what happens then

Each fault is brought about for real, most of them on a Docker target with systemd, sshd, nginx and ufw, by the tests
that are named beside it; `make test-faults` runs all of these three times. Whatever happens, the host serves one whole
release, the message says where, what and what to do next, nobody's lock stays, and when the fault is gone the next
deploy converges.
"""
ROWS = {
    "The connection": {
        1: "sshd's child is killed, before and after the switch",
        2: "packets are dropped both ways",
        3: "packets are dropped one way only",
        4: "the connection takes no more of what the agent says",
        5: "the connection is reset",
        6: "the link is slow",
        7: "the host freezes",
    },
    "The controller": {
        8: "it is killed",
        9: "Ctrl-C, once and twice",
        10: "SIGTERM; its terminal is closed",
        11: "who reads its output goes away",
        12: "it has no place for its own files",
    },
    "The host dies": {
        13: "it loses power in the middle",
        14: "it is rebooted",
        15: "the agent is killed, after each line of its journal",
        16: "the app has too little memory",
    },
    "Disks": {
        17: "there is no space left",
        18: "space runs out in the middle",
        19: "inodes run out",
        20: "the app's file system is read-only",
        21: "/etc is read-only; /tmp is full, or runs no programs",
        22: "releases lie on a file system of their own",
        23: "a configuration cannot be written",
    },
    "Packages": {
        24: "somebody else has apt's lock",
        25: "dpkg was interrupted",
        26: "a package is half configured",
        27: "the package index is out of reach",
        28: "requirements cannot be met: a wrong hash, a conflict",
        29: "a virtual environment was half made",
    },
    "What is sent": {
        30: "it arrives damaged",
        31: "it arrives in part",
        32: "a tree that leads out of its directory, or holds devices",
        33: "very large and very many files",
        34: "odd names, rights, links, empty directories",
    },
    "The app": {
        35: "it cannot be imported",
        36: "it hangs while it is imported",
        37: "it crashes some seconds after it began to serve",
        38: "its health check fails",
        39: "it takes its time to start",
        40: "it crashes again and again",
        41: "requests are under way in the switch",
        42: "the old instance does not want to end",
        43: "the new instance wants a port that the old one has",
    },
    "Web servers and ports": {
        44: "our configuration is refused",
        45: "somebody else's configuration is broken",
        46: "the port is taken",
        47: "nginx is masked, or does not run",
    },
    "sudo": {
        48: "no right to use it",
        49: "it wants a password; a wrong one",
        50: "it wants a terminal",
        51: "it is allowed for some commands only, or missing",
        52: "root logs in, and needs none",
    },
    "Keys and hosts": {
        53: "an unknown host key",
        54: "a changed host key",
        55: "a locked key, a wrong one, a missing one, one that others may read",
        56: "a closed port, one that never speaks",
        57: "one of several hosts cannot be reached",
        58: "one of several hosts fails",
        59: "sshd allows one session only, or runs another command",
    },
    "Two at once": {
        60: "two deploys at the same time",
        61: "the holder of the lock is killed",
        62: "a child of the holder lives on",
        63: "status during a deploy",
    },
    "Surroundings": {
        64: "no Python, or an old one",
        65: "the login shell is fish, tcsh, dash, rbash, nologin",
        66: "a .bashrc that prints, exits, or runs another shell",
        67: "umask 077",
        68: "LC_ALL=C, and names in Unicode",
        69: "the clock is wrong, or jumps",
        70: "a directory of the app with blanks, quotes or 200 characters",
        71: "SELinux, AppArmor",
    },
    "Attacks from the host": {
        72: "a planted link where something is written",
        73: "the app turns against its own tree",
        74: "secrets are looked for everywhere",
    },
    "Drift": {
        75: "a link is gone",
        76: "a configuration was edited",
        77: "the serving release was deleted or edited",
        78: "journal or history are damaged",
    },
    "Rollback": {
        79: "there is nothing to roll back to",
        80: "configuration, environment and dependencies changed since",
        81: "the release before never served",
        82: "the release before was damaged since",
        83: "it is interrupted",
        84: "pruning meets what is in use",
    },
    "The firewall": {
        85: "it would shut out SSH when it goes on",
        86: "sshd has another port than the one that is connected to",
        87: "rules that leave SSH out, or cannot be read",
        88: "nobody is left to turn it off again",
    },
}
REMARKS = {
    70: "such a directory is refused before anything is contacted (tests/cli/test_bad_input.py)",
    71: "no test: not in the kernels that tests run on",
}
FAULTS = Catalogue("fault", ROOT / "docs/faults.md", HEAD, ROWS, REMARKS)

if __name__ == "__main__":
    FAULTS.write()
