"""What the agent asks of systemd: unit properties, start, stop, processes."""

from __future__ import annotations

import os
from typing import ContextManager, Dict, FrozenSet, List, Optional, Sequence

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.services.last_words import last_words
from deploytasks.agent.services.overstay import LOOKED_AT, meanwhile, overstaying
from deploytasks.agent.services.survey import Survey

SETTLED_S = 90.0
LONGEST_STOP_S = 3700.0
"""More than the longest ``TimeoutStopSec`` that a unit of ours has."""
RUNNING = ("active", "reloading")
STAYING = (*RUNNING, "activating")
LEAVING = "deactivating"
UP = (*STAYING, LEAVING)
SEEN_S = 10.0
READING_EVERY_S = 0.01
DISABLE_NOW = ("systemctl", "disable", "--now", "--quiet")
READ_UNIT_FILES = ("systemctl", "daemon-reload")
RELOAD = ("systemctl", "reload")
START_ANEW = ("systemctl", "restart")


def _survey(machine: Machine) -> Optional[Survey]:
    """What was seen of the machine's units, and holds still."""
    found: Optional[Survey] = getattr(machine.units, "survey", None)
    return found


def show(machine: Machine, unit: str, *properties: str) -> Dict[str, str]:
    """As ``show_now``, or what the machine's survey says as long as nothing was changed."""
    survey = _survey(machine)
    surveyed = survey.show(unit, properties) if survey else None
    return show_now(machine, unit, *properties) if surveyed is None else surveyed


def show_now(machine: Machine, unit: str, *properties: str) -> Dict[str, str]:
    """The named properties of *unit* (systemctl(1) ``show``), times in UTC; empty where there is no systemd."""
    done = machine.ask(["systemctl", "show", "--property", ",".join(properties), "--", unit], {"TZ": "UTC"})
    pairs = (line.partition("=") for line in done.stdout.splitlines() if done.ok)
    return {name: value for name, _, value in pairs}


def show_each_now(machine: Machine, units: Sequence[str], *properties: str) -> Dict[str, Dict[str, str]]:
    """As ``show_now``, of each of *units* in one question; systemctl(1) answers in their order."""
    return dict(zip(units, [*_blocks(machine, units, *properties), *({} for _ in units)]))


def _blocks(machine: Machine, patterns: Sequence[str], *properties: str) -> List[Dict[str, str]]:
    """What there is to say of each unit, its ``Id`` first: of a property without a value nothing is said."""
    if not patterns:
        return []
    done = machine.ask(["systemctl", "show", "--property", ",".join(("Id", *properties)), "--", *patterns])
    blocks = done.stdout.strip().split("\n\n") if done.ok and done.stdout.strip() else []
    return [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in blocks]


def is_active(machine: Machine, unit: str) -> bool:
    return show(machine, unit, "ActiveState").get("ActiveState") in RUNNING


def health(machine: Machine) -> str:
    """What systemd says of the whole machine, such as ``running`` or ``degraded``."""
    return machine.ask(["systemctl", "is-system-running"]).stdout.strip()


def states(machine: Machine, *patterns: str) -> Dict[str, str]:
    """The ``ActiveState`` of each unit that matches any of *patterns* (systemctl(1)), unless it is inactive."""
    survey = _survey(machine)
    surveyed = survey.states(patterns) if survey else None
    return states_now(machine, *patterns) if surveyed is None else surveyed


def states_now(machine: Machine, *patterns: str) -> Dict[str, str]:
    """As ``states``, whatever the machine's survey says."""
    listing = machine.ask(
        ["systemctl", "list-units", "--plain", "--no-legend", "--no-pager", "--", *patterns]
    )
    rows = (line.split() for line in listing.stdout.splitlines())
    return {unit: state for unit, _, state, *_ in rows if state != "inactive"}


def start(machine: Machine, units: Sequence[str], timeout_s: float = SETTLED_S) -> None:
    """All of *units* are active within *timeout_s* seconds.

    Otherwise one that is not is stopped again, and ``StepError`` says why it is not.
    """
    if not units:
        return
    forget_failures(machine, units)
    machine.run(["systemctl", "start", "--no-block", "--", *units])
    started: Dict[str, str] = {}

    def is_settled() -> bool:
        """Each is judged when its own start has ended: a worker may end and wait for its restart while web starts."""
        for unit, found in show_each_now(machine, units, "ActiveState", "Job").items():
            if not _has_job(found):
                started.setdefault(unit, found.get("ActiveState", ""))
        return len(started) == len(units)

    if not machine.wait_until(is_settled, timeout_s):
        late = next(unit for unit in units if unit not in started)
        _give_up(machine, late, "no end of its start after %g s" % timeout_s)
    for unit in units:
        if started[unit] not in RUNNING:
            _give_up(machine, unit, _why(machine, unit))


def _give_up(machine: Machine, unit: str, why: str) -> None:
    said = last_words(machine, unit, crashed=True)
    try_stop(machine, unit)
    raise StepError("%s did not start: %s" % (unit, why), said)


def let_start(machine: Machine, units: Sequence[str], *, await_end: bool = True) -> None:
    """*units* have been told to start, whatever becomes of them."""
    if units:
        machine.run(["systemctl", "start", *(() if await_end else ("--no-block",)), "--", *units])


def restart(machine: Machine, units: Sequence[str], timeout_s: float = SETTLED_S) -> Completed:
    """How it ended that *units* start anew, all at once."""
    with _in_their_time(machine, units):
        return machine.ask([*START_ANEW, "--", *units], timeout_s=timeout_s)


def reload(machine: Machine, unit: str) -> None:
    """*unit* has been told to read its configuration again, and was able to."""
    machine.run([*RELOAD, "--", unit])


def try_reload(machine: Machine, unit: str) -> Completed:
    """As ``reload``; how it ended."""
    return machine.ask([*RELOAD, "--", unit])


def reload_or_restart(machine: Machine, unit: str) -> None:
    """*unit* serves by its configuration as it is now."""
    machine.run(["systemctl", "reload-or-restart", "--", unit])


def read_unit_files(machine: Machine) -> None:
    """What the files of units say counts from now on."""
    machine.run(READ_UNIT_FILES)


def try_stop(machine: Machine, unit: str) -> bool:
    """Whether there was such a *unit*; it runs no longer."""
    with _in_their_time(machine, [unit]):
        return machine.ask(["systemctl", "stop", "--", unit], timeout_s=LONGEST_STOP_S).ok


def stop(machine: Machine, units: Sequence[str]) -> None:
    """None of *units* runs; their ``TimeoutStopSec`` bounds how long that takes."""
    if units:
        with _in_their_time(machine, units):
            machine.run(["systemctl", "stop", "--", *units], timeout_s=LONGEST_STOP_S)


def let_stop(machine: Machine, units: Sequence[str]) -> None:
    """All of *units* are told to stop; when they have ended, a unit of its own forgets how badly.

    It is ordered after them, so its start waits for their end (systemd.unit(5), ``After``).
    """
    if not units:
        return
    machine.run(["systemctl", "stop", "--no-block", "--", *units])
    machine.wait_until(lambda: not staying(machine, units), SEEN_S, READING_EVERY_S)
    order = ["--quiet", "--collect", "--no-block", "--property=After=" + " ".join(units)]
    machine.ask(["systemd-run", *order, "--", "systemctl", "reset-failed", "--", *units])


def staying(machine: Machine, patterns: Sequence[str], besides: Sequence[str] = ()) -> List[str]:
    """The units that match any of *patterns* and run, or are about to, and were not told to stop; not those *besides*.

    The socket of a service that is stopping closes after it.
    """
    survey = _survey(machine)
    surveyed = survey.states(patterns) if survey else None
    asked = patterns if surveyed is None else [unit for unit in surveyed if unit not in besides]
    now = {found["Id"]: found for found in _blocks(machine, asked, "ActiveState", "Job")}
    leaving = {_stem(unit) for unit, found in now.items() if found.get("ActiveState") == LEAVING}
    stay = [unit for unit, found in now.items() if _stem(unit) not in leaving and _stays(found)]
    return [unit for unit in stay if unit not in besides]


def _stays(found: Dict[str, str]) -> bool:
    """A job of what is up stops it; of what is about to be up, it starts it."""
    state = found.get("ActiveState")
    return state == "activating" or (state in STAYING and not _has_job(found))


def _stem(unit: str) -> str:
    return unit.rpartition(".")[0]


def let_leave(machine: Machine, patterns: Sequence[str]) -> bool:
    """None of the units that match *patterns* is stopping any more; whether any was. Raises ``StepError``."""
    if LEAVING not in states(machine, *patterns).values():
        return False
    machine.say("waiting for the end of an earlier instance")
    with _in_their_time(machine, patterns):
        have_left = machine.wait_until(
            lambda: LEAVING not in states_now(machine, *patterns).values(), LONGEST_STOP_S
        )
    if not have_left:
        raise StepError("an earlier instance has not ended after %g s; see systemctl status" % LONGEST_STOP_S)
    return True


def forget_failures(machine: Machine, units: Sequence[str]) -> None:
    """None of *units* is remembered as failed, nor how often it was started of late (systemctl(1) ``reset-failed``)."""
    if units:
        machine.ask(["systemctl", "reset-failed", "--", *units])


def stop_within(machine: Machine, units: Sequence[str], timeout_s: float) -> None:
    """As ``stop``, but what still runs after *timeout_s* seconds is killed."""
    machine.run(["systemctl", "stop", "--no-block", "--", *units])
    if not machine.wait_until(
        lambda: not any(map(_has_job, show_each_now(machine, units, "Job").values())), timeout_s
    ):
        _kill(machine, units)
    stop(machine, units)


def _in_their_time(machine: Machine, patterns: Sequence[str]) -> ContextManager[None]:
    """While this lasts, units that match any of *patterns* and start or stop for too long are killed."""

    def look() -> None:
        late = overstaying(_blocks(machine, patterns, *LOOKED_AT))
        if late:
            machine.say("%s did not come to an end in time, and is killed" % ", ".join(late))
            _kill(machine, late)

    return meanwhile(look)


def _kill(machine: Machine, units: Sequence[str]) -> None:
    machine.ask(["systemctl", "kill", "--signal=SIGKILL", "--", *units])


def start_at_boot(machine: Machine, units: Sequence[str], *, enabled: bool = True) -> None:
    """Whether *units* start at boot."""
    if units:
        machine.run(["systemctl", "enable" if enabled else "disable", "--quiet", "--", *units])


def elapses(machine: Machine, times: str) -> Completed:
    """When *times* come next (systemd.time(7)), and whether they are any."""
    return machine.ask(["systemd-analyze", "calendar", "--", times])


def mask(machine: Machine, unit: str, *, masked: bool = True) -> None:
    """Whether nothing can start *unit*."""
    machine.run(["systemctl", "mask" if masked else "unmask", "--quiet", "--", unit])


def enable_now(machine: Machine, units: Sequence[str]) -> None:
    """*units* are started, and start at boot."""
    machine.run(["systemctl", "enable", "--now", "--quiet", "--", *units])


def disable_now(machine: Machine, units: Sequence[str]) -> None:
    """*units* are stopped, and start at boot no longer."""
    machine.run([*DISABLE_NOW, "--", *units])


def pids(machine: Machine, cgroup: str) -> FrozenSet[str]:
    """The processes of the unit whose ``ControlGroup`` is *cgroup*; none of one that does not run."""
    if not cgroup:
        return frozenset()
    for hierarchy in ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup", "/sys/fs/cgroup/unified"):
        try:
            with reading(machine.path("%s%s/cgroup.procs" % (hierarchy, cgroup)), "ascii") as file:
                return frozenset(file.read().split())
        except OSError:
            continue
    return frozenset()


def started_by(machine: Machine, main: str, cgroup: str) -> FrozenSet[str]:
    """Of the processes in *cgroup* those that the process *main* has started itself."""
    return frozenset(pid for pid in pids(machine, cgroup) if parent_of(pid) == main)


def parent_of(pid: str) -> str:
    """The process that started *pid*; empty when it is gone."""
    try:
        with reading("/proc/%s/stat" % pid, "ascii", "replace") as file:
            # After the name in brackets, which may hold anything, come the state and the parent (proc(5)).
            return file.read().rpartition(")")[2].split()[1]
    except OSError:
        return ""


def program_of(pid: str) -> str:
    """The file that the process *pid* runs (proc(5), ``exe``); empty when there is no such process."""
    try:
        return os.readlink("/proc/%s/exe" % pid)
    except OSError:
        return ""


def _has_job(found: Dict[str, str]) -> bool:
    return found.get("Job", "0") not in ("", "0")


def _why(machine: Machine, unit: str) -> str:
    state = show(machine, unit, "Result", "ExecMainStatus", "LoadState")
    if state.get("LoadState") not in ("loaded", None):
        return "the unit is %s" % state["LoadState"]
    return "%s, exit status %s" % (state.get("Result", "unknown"), state.get("ExecMainStatus", "unknown"))
