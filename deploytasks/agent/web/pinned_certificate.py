"""A certificate that those who trust it have a copy of."""

from __future__ import annotations

from typing import ClassVar, Tuple

from deploytasks.agent.disk.entry import give_rights, read_entry, remove_whole
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.frozen import frozen
from deploytasks.agent.web.certificate import read_certificate

DAYS = 7300
DAYS_LEFT = 30
CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")


@frozen
class PinnedCertificate(Resource):
    """A *certificate* for *names*, and its *key*, which *group* can read.

    Names may be addresses. The host makes both, for 20 years, and anew when the names are others: it is its own
    authority, so whoever has a copy of it takes no other for this host.
    """

    reversible: ClassVar[bool] = False
    rolls_back: ClassVar[bool] = False
    certificate: str
    key: str
    names: Tuple[str, ...]
    group: str
    owner: str = "root"

    def desired(self) -> State:
        key = {"kind": "file", "mode": "0640", "owner": self.owner, "group": self.group}
        return {"names": sorted(self.names), "lasts": True, "key": key}

    def inspect(self, machine: Machine) -> State:
        found = read_certificate(machine, self.certificate, DAYS_LEFT)
        if found is None:
            return None
        key = read_entry(machine.path(self.key)) or {}
        return {**found, "key": {name: key.get(name) for name in ("kind", "mode", "owner", "group")}}

    def apply(self, machine: Machine, change: Change) -> None:
        if "names" in change.keys or "lasts" in change.keys or change.before is None:
            self._make(machine)
        give_rights(machine.path(self.key), {"mode": "0640", "owner": self.owner, "group": self.group})

    def _make(self, machine: Machine) -> None:
        """openssl(1) keeps a key for root alone; the new one has no group until it is whole."""
        for path in (self.key, self.certificate):
            remove_whole(machine.path(path))
        subject = (
            "-subj",
            "/CN=%s" % self.names[0][:64],
            "-addext",
            "subjectAltName=" + ",".join(self._names),
        )
        files = ("-keyout", machine.path(self.key), "-out", machine.path(self.certificate))
        machine.run(
            ["openssl", "req", "-x509", *CURVE, "-nodes", "-sha256", "-days", str(DAYS), *subject, *files]
        )

    @property
    def _names(self) -> Tuple[str, ...]:
        """An address is told as a name, too: libpq before version 15 looks for it there."""
        numbers = [name for name in self.names if ":" in name or name.replace(".", "").isdigit()]
        return tuple(["DNS:" + name for name in self.names] + ["IP:" + number for number in numbers])
