"""Installing with apt-get(8): a held lock is waited for, a stale index refreshed, a failure explained."""

from __future__ import annotations

import os
import re
import time
from typing import Optional, Sequence

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.regex import regex

LISTS = "/var/lib/apt/lists"
LOCKS = (
    "/var/lib/dpkg/lock-frontend",
    "/var/lib/dpkg/lock",
    "/var/lib/apt/lists/lock",
    "/var/cache/apt/archives/lock",
)
LOCK_TIMEOUT_S = 120
INSTALL_TIMEOUT_S = 1800
FRESH_S = 24 * 3600
KEPT_LINES = 20

OPTIONS = (
    "-o", "DPkg::Lock::Timeout=%d" % LOCK_TIMEOUT_S,
    "-o", "Acquire::Retries=2",
    "-o", "Acquire::http::Timeout=20",
    "-o", "Acquire::https::Timeout=20",
)  # fmt: skip
INSTALL_OPTIONS = (
    "-y", "--no-install-recommends",
    # Without it a name that apt does not know is a regular expression: python3.14 would match other packages.
    "-o", "APT::Cmd::Pattern-Only=true",
    # What is in /etc stays, as an administrator answers the question that nobody is here to answer.
    "-o", "Dpkg::Options::=--force-confdef",
    "-o", "Dpkg::Options::=--force-confold",
)  # fmt: skip
# needrestart would restart other services, and the running release, behind our back.
ENVIRONMENT = {"NEEDRESTART_SUSPEND": "1", "APT_LISTCHANGES_FRONTEND": "none"}

NEWER_INDEX_MAY_HELP = regex(r"Unable to locate package|has no installation candidate|404 +Not Found")
UNREACHABLE = regex(
    r"^.*(?:Could not resolve|failure resolving|[Cc]ould not connect|Unable to connect"
    r"|[Cc]onnection timed out|Network is unreachable|Connection refused).*$",
    re.MULTILINE,
)
VIRTUAL = regex(r"^Package (\S+) is a virtual package provided by", re.MULTILINE)
UNKNOWN = regex(r"Unable to locate package (\S+)|Package '(\S+)' has no installation candidate")


def install(machine: Machine, names: Sequence[str]) -> None:
    """*names* are installed, without what they only recommend; raises ``StepError`` that names the cause."""
    updated = _update(machine) if _index_is_stale(machine) else None
    done = _install(machine, names)
    if not done.ok and not updated and NEWER_INDEX_MAY_HELP.search(done.output):
        updated = _update(machine)
        done = _install(machine, names)
    if not done.ok:
        said = "\n".join(part.output for part in (updated, done) if part)
        raise StepError(_cause(said, done, names), "\n".join(said.splitlines()[-KEPT_LINES:]))


def _install(machine: Machine, names: Sequence[str]) -> Completed:
    _wait_for_locks(machine)
    argv = ["apt-get", "install", *INSTALL_OPTIONS, *OPTIONS, "--", *names]
    return machine.ask(argv, ENVIRONMENT, INSTALL_TIMEOUT_S)


def _update(machine: Machine) -> Completed:
    _wait_for_locks(machine)
    return machine.ask(["apt-get", "update", *OPTIONS], ENVIRONMENT, INSTALL_TIMEOUT_S)


def _index_is_stale(machine: Machine) -> bool:
    lists = machine.path(LISTS)
    try:
        if not any(name.endswith("_Packages") or "_Packages." in name for name in os.listdir(lists)):
            return True
        # An update that finds nothing new leaves the lists alone, but works in partial/.
        newest = max(os.stat(path).st_mtime for path in (lists, lists + "/partial"))
    except OSError:
        return True
    return time.time() - newest > FRESH_S


def _cause(said: str, done: Completed, names: Sequence[str]) -> str:
    if "dpkg was interrupted" in said:
        return "dpkg was interrupted earlier; run `sudo dpkg --configure -a` on the host, then deploy again"
    unreachable = UNREACHABLE.search(said)
    if unreachable:
        return "package index unreachable from this host: %s" % unreachable.group().strip()
    virtual = VIRTUAL.search(done.output)
    if virtual:
        return "%s is a virtual package; name one of those that provide it" % virtual.group(1)
    unknown = UNKNOWN.search(said)
    if unknown:
        name = unknown.group(1) or unknown.group(2)
        return "this host's package index has no %s; check the name, or add the source that has it" % name
    return "apt-get install %s ended with %d" % (" ".join(names), done.status)


def _wait_for_locks(machine: Machine) -> None:
    """apt-get waits for dpkg's lock alone and says nothing meanwhile; here all are waited for, by name."""
    holder = _holder(machine)
    if not holder:
        return
    machine.say("waiting for apt: %s" % holder)
    if not machine.wait_until(lambda: not _holder(machine), LOCK_TIMEOUT_S, 0.5):
        raise StepError("apt is busy: %s for more than %d s; deploy again later" % (holder, LOCK_TIMEOUT_S))


def _holder(machine: Machine) -> Optional[str]:
    from deploytasks.agent.packages.lock_file import is_held

    held = next((path for path in LOCKS if is_held(machine.path(path))), None)
    return "%s holds %s" % (_locker(machine.path(held)), held) if held else None


def _locker(path: str) -> str:
    """Who has locked *path*, from /proc/locks (proc(5))."""
    try:
        inode = str(os.stat(path).st_ino)
        with reading("/proc/locks", "ascii") as table:
            rows = [line.split() for line in table]
        process = next(row[4] for row in rows if row[1] == "POSIX" and row[5].rpartition(":")[2] == inode)
        with reading("/proc/%s/comm" % process, errors="replace") as file:
            return "process %s (%s)" % (process, file.read().strip())
    except (OSError, StopIteration):
        return "another process"
