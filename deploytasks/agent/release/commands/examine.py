"""What a deploy will find on this host, before there is one; nothing is changed, and nobody has to wait."""

from __future__ import annotations

import calendar
import glob
import os
import re
import time
from dataclasses import asdict
from typing import Dict, Iterator, List, Optional, Tuple

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.events import Answer, Ended, Outcome
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.plan import Plan
from deploytasks.agent.errors import StepError
from deploytasks.agent.firewall import firewall
from deploytasks.agent.firewall.packet_filter import barriers
from deploytasks.agent.python.prospect import prospect_of
from deploytasks.agent.release.commands.answering import environment_in, visit_in
from deploytasks.agent.release.examined import Certificate, Disk, Examined, Firewall
from deploytasks.agent.release.gathering import gather
from deploytasks.agent.release.layout import STATE_ROOT, App
from deploytasks.agent.release.recorded import recorded_plan
from deploytasks.agent.release.releases import current_release
from deploytasks.agent.release.session import Session
from deploytasks.agent.release.unread_files import unread_files
from deploytasks.agent.services import systemd
from deploytasks.agent.services.listeners import listeners
from deploytasks.agent.web.places import programs_serving

CERTIFICATES = (
    "/etc/ssl/deploytasks/*/*.pem",
    "/etc/ssl/deploytasks/*.pem",
    "/etc/letsencrypt/live/*/cert.pem",
)
MEBIBYTE = 1 << 20


def examine(session: Session) -> Ended:
    """Facts, clock, disks, memory, who listens where, firewall, certificates: as they are, without a verdict."""
    machine, app = session.machine, session.app
    plan = _serving(machine, app) if app else None
    facts = gather(machine, app, session.ssh_connection)
    examined = Examined(
        facts=facts,
        systemd=systemd.health(machine) if facts.systemd else "",
        disks=_disks(machine, [app.root if app else "/srv", STATE_ROOT]),
        memory_mb=_available_memory_mb(machine),
        listeners=listeners(machine),
        firewall=_firewall(machine),
        certificates=tuple(found for path in _certificates(machine) for found in _certificate(machine, path)),
        addresses=tuple(machine.ask(["hostname", "--all-ip-addresses"]).stdout.split()),
        serving=tuple(programs_serving(machine, app.name)) if app else (),
        barriers=barriers(machine),
        visit=_visit(machine, plan) if plan else None,
        prospect=_prospect(machine, plan) if plan else "",
        unread=tuple(unread_files(machine, app)) if app else (),
        clock=time.time(),  # The last of all: a visitor's request may have taken its time.
    )
    session.outlet.say(Answer(asdict(examined)))
    return Ended(Outcome.OK)


def _serving(machine: Machine, app: App) -> Optional[Plan]:
    """What is recorded of the release that serves; None where that cannot be read."""
    current = current_release(machine, app)
    try:
        return recorded_plan(machine, app.release(current)) if current else None
    except StepError:
        return None


def _visit(machine: Machine, plan: Plan) -> Optional[str]:
    visit = visit_in(plan)
    return (visit.trouble(machine) or "ok") if visit else None


def _prospect(machine: Machine, plan: Plan) -> str:
    venv = environment_in(plan)
    return prospect_of(machine, venv) if venv else ""


def _disks(machine: Machine, paths: List[str]) -> Tuple[Disk, ...]:
    """The file systems that *paths* will lie on, each once."""
    found: Dict[int, Disk] = {}
    for path in paths:
        place = _nearest(machine.path(path))
        state = os.statvfs(place)
        found.setdefault(
            os.stat(place).st_dev,
            Disk(
                path,
                free_mb=state.f_bavail * state.f_frsize // MEBIBYTE,
                free_inodes=state.f_favail if state.f_files else None,
                read_only=bool(state.f_flag & os.ST_RDONLY),
            ),
        )
    return tuple(found.values())


def _nearest(path: str) -> str:
    """*path*, or the nearest directory above it that exists."""
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return path


def _available_memory_mb(machine: Machine) -> Optional[int]:
    try:
        with reading(machine.path("/proc/meminfo"), "ascii") as file:
            found = re.search(r"^MemAvailable:\s+(\d+) kB", file.read(), re.MULTILINE)
    except OSError:
        return None
    return int(found.group(1)) // 1024 if found else None


def _firewall(machine: Machine) -> Firewall:
    refuses = firewall.refuses_by_default(machine)
    return Firewall(firewall.is_enabled(machine), refuses, firewall.rules(machine))


def _certificates(machine: Machine) -> List[str]:
    return sorted({path for pattern in CERTIFICATES for path in glob.glob(machine.path(pattern))})


def _certificate(machine: Machine, path: str) -> Iterator[Certificate]:
    said = machine.ask(["openssl", "x509", "-noout", "-enddate", "-in", path])
    until = re.search(r"^notAfter=(.+)$", said.stdout, re.MULTILINE)
    if until:
        yield Certificate(path, _seconds(until.group(1)))


def _seconds(moment: str) -> float:
    """Seconds since the epoch of a moment as openssl(1) writes it, such as ``Nov 21 10:00:00 2027 GMT``."""
    return float(calendar.timegm(time.strptime(moment, "%b %d %H:%M:%S %Y %Z")))
