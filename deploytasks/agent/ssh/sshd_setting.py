"""How sshd lets people in; never so that it lets in nobody."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from deploytasks.agent.disk.entry import Entry, read_entry, remove_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, Pairs, pairs_of, require_line, require_name, require_word
from deploytasks.agent.regex import regex
from deploytasks.agent.services import systemd
from deploytasks.agent.services.way_back import WayBack
from deploytasks.agent.ssh.sshd_config import DIRECTORY, first_sayings

UNITS = ("ssh.service", "sshd.service")
KEYWORD = regex(r"[A-Za-z][A-Za-z0-9]+")
EARLIER = ".before"
NAME = "deploytasks-way-back-to-ssh"
SEVERAL = frozenset(
    {"acceptenv", "allowgroups", "allowusers", "denygroups", "denyusers", "hostkey", "listenaddress", "port"}
)
"""Keywords of which all values count, and not the first alone."""
RIGHTS = {"kind": "file", "mode": "0644", "owner": "root", "group": "root"}


@frozen
class SshdSetting(Resource):
    """sshd(8) keeps to *settings*, such as ``{"PasswordAuthentication": "no"}`` (sshd_config(5)).

    They are pairs or a mapping, in /etc/ssh/sshd_config.d/*name*.conf. sshd approves of them before they count
    (``sshd -t``), and no file that it reads earlier says otherwise. Then sshd starts anew, connections go on, and
    the controller connects once more: when that fails, or nobody hears of it within 30 s, the host itself puts back
    what was. With the *state* ``absent`` there is no such file. Raises ``ValueError``.
    """

    settings: Pairs = ()
    name: str = "10-deploytasks"
    state: str = "present"

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", pairs_of(self.settings))
        require_word("state", self.state)
        require_name("name", self.name, "-_.")
        for key, value in pairs_of(self.settings):
            require_line("settings", value)
            if not KEYWORD.fullmatch(key) or key.lower() in ("match", "include") or not value.strip():
                raise ValueError("sshd setting %r %r; expected such as PermitRootLogin no" % (key, value))

    def desired(self) -> State:
        if self.state == ABSENT:
            return None
        lines = "".join("%s %s\n" % pair for pair in pairs_of(self.settings))
        return {**RIGHTS, "content": "# Managed by deploytasks.\n" + lines, "overruled": []}

    def inspect(self, machine: Machine) -> State:
        entry = read_entry(machine.path(self._place))
        return {**entry, "overruled": self._overruled(machine)} if entry else None

    def apply(self, machine: Machine, change: Change) -> None:
        before = read_entry(machine.path(self._place))
        if change.after == self.desired():
            self._carefully(machine, before)
            return
        self._put(machine, _entry(change.after))
        self._start_anew(machine)
        self._forget_way_back(machine)

    def _carefully(self, machine: Machine, before: Optional[Entry]) -> None:
        """The way back is prepared before anybody could know, and called off when the controller came in."""
        way_back = self._way_back(machine, before)
        if self._unit(machine):
            way_back.prepare(machine)
        self._put(machine, _entry(self.desired()))
        try:
            self._require_sound(machine)
        except StepError:
            self._put(machine, before)
            self._forget_way_back(machine)
            raise
        if self._unit(machine):
            self._start_anew(machine)
            way_back.require_way_in(machine, "these settings of sshd", "is as it was again")
        remove_entry(machine.path(self._place + EARLIER))

    def _way_back(self, machine: Machine, before: Optional[Entry]) -> WayBack:
        """What was, which is kept beside the file for it, is put back."""
        place, earlier = self._place, self._place + EARLIER
        if before:
            write_entry(machine.path(earlier), before)
        put_back = "mv -f %s %s" % (earlier, place) if before else "rm -f %s" % place
        restart = " ".join((*systemd.START_ANEW, self._unit(machine)))
        return WayBack(("sh", "-c", "%s; %s" % (put_back, restart)), NAME)

    def _forget_way_back(self, machine: Machine) -> None:
        WayBack((), NAME).call_off(machine)
        remove_entry(machine.path(self._place + EARLIER))

    def _require_sound(self, machine: Machine) -> None:
        if not machine.has("sshd"):
            raise StepError("there is no sshd: a step before this one installs the package openssh-server")
        done = machine.ask(["sshd", "-t"])
        if not done.ok:
            raise StepError("sshd refuses these settings, and goes on with those that it had", done.output)
        overruled = self._overruled(machine)
        if overruled:
            raise StepError("these settings would not count: %s" % "; ".join(overruled))

    def _overruled(self, machine: Machine) -> List[str]:
        """What another file, which sshd reads first, says already; or that nothing has ours read."""
        first = first_sayings(machine)
        keys = [key for key, _ in pairs_of(self.settings) if key.lower() not in SEVERAL]
        told = [
            "%s is said in %s before" % (key, first[key.lower()])
            for key in keys
            if first.get(key.lower(), self._place) != self._place
        ]
        unread = [key for key in keys if key.lower() not in first]
        return told + (["sshd_config does not include %s" % self._place] if unread else [])

    def _start_anew(self, machine: Machine) -> None:
        """Connections go on: they have processes of their own."""
        unit = self._unit(machine)
        if not unit or not machine.ask(["sshd", "-t"]).ok:
            return
        systemd.forget_failures(machine, [unit])
        done = systemd.restart(machine, [unit])
        if not done.ok:
            raise StepError("sshd does not start with these settings", done.output)

    @staticmethod
    def _unit(machine: Machine) -> str:
        return next((unit for unit in UNITS if systemd.is_active(machine, unit)), "")

    def _put(self, machine: Machine, entry: Optional[Entry]) -> None:
        write_entry(machine.path(self._place), entry)

    @property
    def _place(self) -> str:
        return "%s/%s.conf" % (DIRECTORY, self.name)


def _entry(state: Optional[Dict[str, Any]]) -> Optional[Entry]:
    return {key: value for key, value in state.items() if key != "overruled"} if state else None
