"""Who knocks in vain too often is shut out for a while."""

from __future__ import annotations

from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, Pairs, pairs_of, require_line, require_name, require_word
from deploytasks.agent.services import systemd

DIRECTORY = "/etc/fail2ban/jail.d"
UNIT = "fail2ban.service"


@frozen
class Fail2banJail(Resource):
    """fail2ban(1) has the jail *name*, such as ``sshd``, with these *settings*.

    Settings are pairs or a mapping, such as ``{"maxretry": "5", "bantime": "1h"}`` (jail.conf(5)). It is
    /etc/fail2ban/jail.d/*name*.local (jail.conf(5)), which fail2ban approves of before it counts; what runs reads
    it at once. One that is not *enabled* watches nobody. With the *state* ``absent`` there is no such file. Raises
    ``ValueError``.
    """

    name: str
    settings: Pairs = ()
    enabled: bool = True
    state: str = "present"

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", pairs_of(self.settings))
        require_word("state", self.state)
        require_name("name", self.name)
        for key, value in pairs_of(self.settings):
            require_line("settings", key, value)

    def desired(self) -> State:
        if self.state == ABSENT:
            return None
        settings = (("enabled", str(self.enabled).lower()), *pairs_of(self.settings))
        lines = "".join("%s = %s\n" % pair for pair in settings)
        content = "# Managed by deploytasks.\n[%s]\n%s" % (self.name, lines)
        return {"kind": "file", "mode": "0644", "owner": "root", "group": "root", "content": content}

    def inspect(self, machine: Machine) -> State:
        return read_entry(machine.path(self._place))

    def apply(self, machine: Machine, change: Change) -> None:
        if change.after is not None and not machine.has("fail2ban-client"):
            raise StepError("there is no fail2ban: a step before this one installs the package fail2ban")
        path = machine.path(self._place)
        before = read_entry(path)
        write_entry(path, change.after)
        done = machine.ask(["fail2ban-client", "--test"])
        if not done.ok and change.after is not None:
            write_entry(path, before)
            raise StepError("fail2ban refuses the jail %s" % self.name, done.output)
        if systemd.is_active(machine, UNIT):
            systemd.reload_or_restart(machine, UNIT)

    @property
    def _place(self) -> str:
        return "%s/%s.local" % (DIRECTORY, self.name)
