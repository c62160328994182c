"""Installing with apt-get(8): a held lock is waited for, a stale index refreshed, a failure explained."""

from __future__ import annotations

import os
import re
import time
from math import inf
from typing import Optional, Sequence

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.regex import regex

LISTS = "/var/lib/apt/lists"
SOURCES = "/etc/apt/sources.list.d"
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


def install(machine: Machine, names: Sequence[str], more: Sequence[str] = ()) -> None:
    """*names*, each perhaps ``name=version``, are installed, without what they only recommend.

    *more* are other options of apt-get(8). Raises ``StepError`` that names the cause.
    """
    updated = _update(machine) if _index_is_stale(machine) else None
    done = _ask(machine, "install", names, more)
    if not done.ok and not updated and NEWER_INDEX_MAY_HELP.search(done.output):
        updated = _update(machine)
        done = _ask(machine, "install", names, more)
    if not done.ok:
        said = "\n".join(part.output for part in (updated, done) if part)
        raise StepError(_cause(said, done, names), "\n".join(said.splitlines()[-KEPT_LINES:]))


def carry_out(machine: Machine, command: str, names: Sequence[str] = (), more: Sequence[str] = ()) -> None:
    """``apt-get COMMAND`` has been carried out; raises ``StepError`` that names the cause."""
    done = _ask(machine, command, names, more)
    if not done.ok:
        said = "\n".join(done.output.splitlines()[-KEPT_LINES:])
        raise StepError(_cause(done.output, done, names, command), said)


def update(machine: Machine) -> None:
    """The package index is as its servers have it; raises ``StepError`` for one that does not answer."""
    done = _update(machine)
    complaints = [line for line in done.output.splitlines() if line.startswith(("E:", "W:", "Err:"))]
    if not done.ok or any(line.startswith(("E:", "Err:")) for line in complaints):
        raise StepError(_cause(done.output, done, (), "update"), "\n".join(complaints[-KEPT_LINES:]))


def _ask(machine: Machine, command: str, names: Sequence[str], more: Sequence[str]) -> Completed:
    _wait_for_locks(machine)
    argv = ["apt-get", command, *INSTALL_OPTIONS, *OPTIONS, *more, "--", *names]
    return machine.ask(argv, ENVIRONMENT, INSTALL_TIMEOUT_S)


def _update(machine: Machine) -> Completed:
    _wait_for_locks(machine)
    return machine.ask(["apt-get", "update", *OPTIONS], ENVIRONMENT, INSTALL_TIMEOUT_S)


def index_age_s(machine: Machine) -> float:
    """How long ago the package index was updated; infinite where there is none, or sources have come since then."""
    lists = machine.path(LISTS)
    try:
        if not any(name.endswith("_Packages") or "_Packages." in name for name in os.listdir(lists)):
            return inf
        # An update that finds nothing new leaves the lists alone, but works in partial/.
        newest = max(os.stat(path).st_mtime for path in (lists, lists + "/partial"))
    except OSError:
        return inf
    return inf if _changed_at(machine.path(SOURCES)) > newest else time.time() - newest


def _changed_at(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def _index_is_stale(machine: Machine) -> bool:
    return index_age_s(machine) > FRESH_S


def _cause(said: str, done: Completed, names: Sequence[str], command: str = "install") -> str:
    if "dpkg was interrupted" in said:
        return "dpkg was interrupted earlier; run `sudo dpkg --configure -a` on the host, then deploy again"
    if "Held packages were changed" in said:
        return "of %s some are held as they are (apt-mark showhold); hold=False lets go" % " ".join(names)
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
    return "%s ended with %d" % (" ".join(["apt-get", command, *names]), done.status)


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
