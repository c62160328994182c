"""A port that ufw lets people in by for a time, and how it is shut by itself.

Each opening has a timer of its own, named after what is open and until when, whose service takes the
rule away and then both units. They are files, so they outlive a reboot; what fell due while the host
was off is made up for (systemd.timer(5), ``Persistent=``). The service finds the rule by its comment:
one that was prolonged, or made to last, meanwhile is not the one that it was to take away.
"""

from __future__ import annotations

import re
import time
from calendar import timegm
from contextlib import suppress
from typing import Iterator, Tuple

from deploytasks.agent.disk.entry import remove_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.firewall import firewall
from deploytasks.agent.firewall.ufw_rule import UfwRule
from deploytasks.agent.frozen import frozen
from deploytasks.agent.services import systemd
from deploytasks.agent.services.unit import DIRECTORY, Unit

MOMENT = "%Y-%m-%dT%H:%M:%SZ"
STAMPS = "/var/lib/systemd/timers"

TIMER = """\
# Managed by deploytasks.
[Unit]
Description={opening} is open until {end}

[Timer]
OnCalendar={calendar} UTC
AccuracySec=1s
Persistent=true

[Install]
WantedBy=timers.target
"""

# A shell only where the rule is still the one with this comment, which ufw keeps in hexadecimal.
SERVICE = """\
# Managed by deploytasks.
[Unit]
Description=shuts {opening}, which was open until {end}
After=ufw.service
StartLimitIntervalSec=0

[Service]
Type=oneshot
Restart=on-failure
RestartSec=5s
ExecStart=sh -c 'if grep -qs comment={comment} {rules}; then exec {delete}; fi'
ExecStart={disable} {name}.timer
ExecStart=rm -f {files}
ExecStart={read_unit_files}
"""


@frozen
class Opening:
    """*port* lets in what comes from *source*, an address range or ``any``, *until* that second of the epoch."""

    port: int
    protocol: str
    source: str
    until: int

    def __str__(self) -> str:
        origin = "" if self.source == "any" else " from %s" % self.source
        return "%d/%s%s" % (self.port, self.protocol, origin)

    @property
    def place(self) -> Tuple[int, str, str]:
        """What is open to whom."""
        return self.port, self.protocol, self.source

    @property
    def end(self) -> str:
        """When it is shut, in UTC as RFC 3339 writes it."""
        return time.strftime(MOMENT, time.gmtime(self.until))

    @property
    def rule(self) -> UfwRule:
        return UfwRule("allow", self.port, self.protocol, self.source, firewall.UNTIL + self.end)

    @property
    def name(self) -> str:
        """What its units are called."""
        place = self.source.replace("/", "-")
        return "deploytasks-allow-%d-%s-%s-%d" % (self.port, self.protocol, place, self.until)

    @property
    def units(self) -> Tuple[Unit, Unit]:
        """The service and the timer."""
        named = {"opening": self, "end": self.end, "name": self.name}
        calendar = self.end.replace("T", " ").rstrip("Z")
        service = SERVICE.format(
            **named,
            comment=self.rule.comment.encode().hex(),
            rules=" ".join(firewall.RULES.values()),
            delete=" ".join(self.rule.deletion("allow")),
            disable=" ".join(systemd.DISABLE_NOW),
            files=" ".join(self._files),
            read_unit_files=" ".join(systemd.READ_UNIT_FILES),
        )
        return (
            Unit(self.name + ".service", service),
            Unit(self.name + ".timer", TIMER.format(**named, calendar=calendar)),
        )

    @property
    def _files(self) -> Tuple[str, ...]:
        units = tuple("%s/%s.%s" % (DIRECTORY, self.name, kind) for kind in ("timer", "service"))
        return (*units, "%s/stamp-%s.timer" % (STAMPS, self.name))

    def begin(self, machine: Machine) -> None:
        """Its port is open; the timer comes first, so that nothing stays open when this is cut short.

        When it fails, what was open stays open for as long as it was to.
        """
        before = self.rule.inspect(machine)
        try:
            for unit in self.units:
                unit.apply(machine, Change(None, unit.desired()))
            systemd.enable_now(machine, [self.name + ".timer"])
            self.rule.apply(machine, Change(before, self.rule.desired()))
            self._require_time_left()
        except (StepError, OSError):
            self.rule.apply(machine, Change(self.rule.inspect(machine), before))
            self.forget(machine)
            raise

    def _require_time_left(self) -> None:
        """A timer that was over before there was a rule has taken none away, and does not come again."""
        if time.time() >= self.until:
            raise StepError("%s took longer to open than it was to be open; choose a longer time" % self)

    def forget(self, machine: Machine) -> None:
        """It has no timer any more; the rule stays as it is."""
        with suppress(StepError):
            systemd.disable_now(machine, [self.name + ".timer"])
        for path in self._files:
            remove_entry(machine.path(path))
        systemd.read_unit_files(machine)

    def shut(self, machine: Machine) -> None:
        """Its port is shut."""
        self.rule.apply(machine, Change(self.rule.inspect(machine), None))
        self.forget(machine)


def openings(machine: Machine) -> Tuple[Opening, ...]:
    """What is open for a time, by port."""
    return tuple(sorted(set(_found(machine)), key=lambda opening: opening.place))


def _found(machine: Machine) -> Iterator[Opening]:
    for rule in firewall.rules(machine):
        end = re.fullmatch(re.escape(firewall.UNTIL) + r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)", rule.comment)
        if end and rule.port.isdigit():
            place = firewall.network(rule.source)
            until = timegm(time.strptime(end.group(1), MOMENT))
            yield Opening(int(rule.port), rule.protocol, str(place or "any"), until)
