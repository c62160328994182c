"""A certificate of the host's own authority."""

from __future__ import annotations

from typing import ClassVar, Tuple

from deploytasks.agent.disk.entry import read_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.web.certificate import read_certificate

DAYS_LEFT = 30


@frozen
class SelfSignedCertificate(Resource):
    """``<home>/self-signed/<name>.pem`` holds a certificate for *names*.

    Its key is in the same file, which root alone can read.

    It is signed by ``<home>/authority.pem``, which the host made for itself and makes no second time.
    *program* makes both: ``PROGRAM issue HOME NAME DOMAIN...``. It is made anew for other names, and
    when it has less than 30 days left.
    """

    reversible: ClassVar[bool] = False
    rolls_back: ClassVar[bool] = False
    home: str
    name: str
    names: Tuple[str, ...]
    program: str

    @property
    def path(self) -> str:
        """The certificate, and its key in the same file: one rename replaces both."""
        return "%s/self-signed/%s.pem" % (self.home, self.name)

    def desired(self) -> State:
        return {"names": sorted(self.names), "lasts": True, "trusted": True, "key": "fits", "mode": "0600"}

    def inspect(self, machine: Machine) -> State:
        found = read_certificate(machine, self.path, DAYS_LEFT)
        if found is None:
            return None
        mode = (read_entry(machine.path(self.path)) or {}).get("mode")
        return {**found, "trusted": self._is_trusted(machine), "key": self._key(machine), "mode": mode}

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        machine.run([machine.path(self.program), "issue", machine.path(self.home), self.name, *self.names])

    def _is_trusted(self, machine: Machine) -> bool:
        authority = machine.path("%s/authority.pem" % self.home)
        return machine.ask(["openssl", "verify", "-CAfile", authority, machine.path(self.path)]).ok

    def _key(self, machine: Machine) -> str:
        path = machine.path(self.path)
        of_certificate = machine.ask(["openssl", "x509", "-noout", "-pubkey", "-in", path]).stdout
        of_key = machine.ask(["openssl", "pkey", "-pubout", "-in", path]).stdout
        return "fits" if of_key == of_certificate else "does not fit"
