"""The groups of whoever runs nginx."""

from __future__ import annotations

import re

from deploytasks.agent.accounts.accounts import account
from deploytasks.agent.accounts.member import Member
from deploytasks.agent.disk.entry import read_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

CONFIGURATION = "/etc/nginx/nginx.conf"
USER = regex(r"^\s*user\s+([^\s;]+)[^;]*;", re.MULTILINE)
USUAL = "www-data"


@frozen
class NginxMember(Resource):
    """The user whom nginx.conf names is a member of *group*.

    One whose own group it is, is so. Debian's is www-data, that of nginx.org's package nginx.
    """

    group: str

    def desired(self) -> State:
        return {"member": True}

    def inspect(self, machine: Machine) -> State:
        user = self._user(machine)
        mine = user == self.group or account(machine, user) is None
        return {"member": mine or self._member(machine).inspect(machine) is not None}

    def apply(self, machine: Machine, change: Change) -> None:
        member = self._member(machine)
        wanted = member.desired() if (change.after or {}).get("member") else None
        member.apply(machine, Change(member.inspect(machine), wanted))

    def _member(self, machine: Machine) -> Member:
        return Member(self._user(machine), self.group)

    def _user(self, machine: Machine) -> str:
        text = (read_entry(machine.path(CONFIGURATION)) or {}).get("content", "")
        found = USER.search(text)
        return found.group(1) if found else USUAL
