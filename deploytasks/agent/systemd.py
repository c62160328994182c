"""What the agent asks of systemd: unit properties, start, stop, and what a unit wrote to the journal."""

from __future__ import annotations

from typing import Dict, FrozenSet, List, Sequence

from deploytasks.agent.machine import Machine
from deploytasks.agent.resource import StepError

SETTLED_S = 90.0
SAID = 20


def show(machine: Machine, unit: str, *properties: str) -> Dict[str, str]:
    """The named properties of *unit* (systemctl(1) ``show``); empty where there is no systemd."""
    done = machine.ask(["systemctl", "show", "--property", ",".join(properties), "--", unit])
    pairs = (line.partition("=") for line in done.stdout.splitlines() if done.ok)
    return {name: value for name, _, value in pairs}


def is_active(machine: Machine, unit: str) -> bool:
    return show(machine, unit, "ActiveState").get("ActiveState") in ("active", "reloading")


def is_enabled(machine: Machine, unit: str) -> bool:
    """Whether *unit* starts at boot."""
    return show(machine, unit, "UnitFileState").get("UnitFileState", "").startswith("enabled")


def start(machine: Machine, unit: str, timeout_s: float = SETTLED_S) -> None:
    """*unit* is active within *timeout_s* seconds; otherwise it is stopped again, and ``StepError`` says why."""
    if show(machine, unit, "ActiveState").get("ActiveState") == "failed":
        machine.run(["systemctl", "reset-failed", "--", unit])
    machine.run(["systemctl", "start", "--no-block", "--", unit])
    if not machine.wait_until(lambda: not _has_job(machine, unit), timeout_s):
        _give_up(machine, unit, "no end of its start after %g s" % timeout_s)
    if not is_active(machine, unit):
        _give_up(machine, unit, _why(machine, unit))


def _give_up(machine: Machine, unit: str, why: str) -> None:
    said = "\n".join(journal_of(machine, unit, SAID))
    machine.ask(["systemctl", "stop", "--", unit])
    raise StepError("%s did not start: %s" % (unit, why), said)


def stop(machine: Machine, units: Sequence[str]) -> None:
    """None of *units* runs; their ``TimeoutStopSec`` bounds how long that takes."""
    machine.run(["systemctl", "stop", "--", *units])


def journal_of(machine: Machine, unit: str, lines: int) -> List[str]:
    """The last *lines* that the programs of *unit*, not systemd, wrote to the journal."""
    machine.ask(["journalctl", "--sync"], timeout_s=5)
    argv = ["journalctl", "--no-pager", "-o", "cat", "-n", str(lines), "_SYSTEMD_UNIT=" + unit]
    return machine.ask(argv, timeout_s=10).stdout.rstrip().splitlines()


def pids(cgroup: str) -> FrozenSet[str]:
    """The processes of the unit whose ``ControlGroup`` is *cgroup*."""
    for hierarchy in ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup", "/sys/fs/cgroup/unified"):
        try:
            with open("%s%s/cgroup.procs" % (hierarchy, cgroup), encoding="ascii") as file:
                return frozenset(file.read().split())
        except OSError:
            continue
    return frozenset()


def _has_job(machine: Machine, unit: str) -> bool:
    return show(machine, unit, "Job").get("Job", "0") not in ("", "0")


def _why(machine: Machine, unit: str) -> str:
    state = show(machine, unit, "Result", "ExecMainStatus", "LoadState")
    if state.get("LoadState") not in ("loaded", None):
        return "the unit is %s" % state["LoadState"]
    return "%s, exit status %s" % (state.get("Result", "unknown"), state.get("ExecMainStatus", "unknown"))
