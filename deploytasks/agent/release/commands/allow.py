"""Open a port of the firewall for a time, or shut it before."""

from __future__ import annotations

import time
from typing import Optional, Tuple

from deploytasks.agent.engine.events import Ended, Outcome, StepDone
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.firewall import firewall
from deploytasks.agent.firewall.opening import Opening, openings
from deploytasks.agent.firewall.ufw import SSH_PORT
from deploytasks.agent.release.commands.carry_out import with_releases
from deploytasks.agent.release.gathering import ssh_port
from deploytasks.agent.release.history import remember
from deploytasks.agent.release.questions import Allow
from deploytasks.agent.release.releases import current_release
from deploytasks.agent.release.session import Session

Done = Tuple[bool, str]
"""Whether something changed, and what is so now."""


def allow(session: Session) -> Ended:
    """Open what is asked for its time, or shut it."""
    app, machine, asked = session.require_app(), session.machine, session.asked(Allow)
    with session.lock():
        _require_firewall(machine)
        changed, said = _shut(machine, asked) if asked.close else _open(session, asked)
        if changed:
            entry = {"release": current_release(machine, app), "outcome": "changed", "did": said}
            remember(machine, app, {**session.about, **entry})
    if not changed:
        machine.say(said)
    outcome = Outcome.CHANGED if changed else Outcome.OK
    session.outlet.say(StepDone("ufw", said, outcome))
    return with_releases(session, Ended(outcome, ok=int(not changed), changed=int(changed)))


def _open(session: Session, asked: Allow) -> Done:
    machine = session.machine
    until = int(time.time()) + asked.for_s
    wanted = Opening(asked.port, asked.protocol, asked.origin or "any", until)
    if wanted.port == (ssh_port(session.ssh_connection) or SSH_PORT) and wanted.protocol == "tcp":
        raise StepError("%s is how this host is reached by SSH, and is open for good" % wanted)
    _require_undecided(machine, wanted)
    before = [opening for opening in openings(machine) if opening.place == wanted.place]
    latest = max(before, key=lambda opening: opening.until, default=None)
    if latest and latest.until >= wanted.until:
        return False, "%s is open until %s already" % (latest, latest.end)
    wanted.begin(machine)
    for opening in before:
        opening.forget(machine)
    return True, "%s %s until %s" % ("keep open" if before else "open", wanted, wanted.end)


def _shut(machine: Machine, asked: Allow) -> Done:
    """Whatever is open there for a time; without a source, to anybody."""
    port, protocol, source = asked.port, asked.protocol, asked.origin
    there = [opening for opening in openings(machine) if (opening.port, opening.protocol) == (port, protocol)]
    chosen = [opening for opening in there if source in ("", opening.source)]
    for opening in chosen:
        opening.shut(machine)
    if chosen:
        return True, "shut %s" % ", ".join(map(str, chosen))
    wanted = Opening(port, protocol, source or "any", 0)
    lasting = _decisive(machine, wanted)
    if lasting and lasting.allows:
        raise StepError("%s is open for good; take it out of ufw_allow, or: ufw delete" % wanted)
    return False, "%s is not open for a time" % wanted


def _require_firewall(machine: Machine) -> None:
    if not machine.has("ufw"):
        raise StepError("there is no ufw here, so it shuts no port; deploy with app_firewall=ufw first")
    if not firewall.is_enabled(machine):
        raise StepError("ufw is off here, so it shuts no port; deploy with app_firewall=ufw first")
    if not firewall.refuses_by_default(machine):
        raise StepError("ufw lets in by default what no rule is about, so every port is open for good")


def _require_undecided(machine: Machine, wanted: Opening) -> None:
    """A rule that lasts would be taken away with the opening, or be before it."""
    rule = _decisive(machine, wanted)
    if rule is None:
        return
    if rule.allows:
        raise StepError("%s is open for good: ufw has a rule of its own for it" % wanted)
    raise StepError("%s is shut by a rule of its own (%s); take that away first" % (wanted, rule.action))


def _decisive(machine: Machine, wanted: Opening) -> Optional[firewall.Rule]:
    rules = (rule for rule in firewall.rules(machine) if not rule.is_temporary)
    return next((rule for rule in rules if rule.decides(wanted.port, wanted.protocol, wanted.source)), None)
