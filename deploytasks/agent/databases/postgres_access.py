"""Who may come to a database of PostgreSQL from other hosts."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar, Dict, List, Tuple

from deploytasks.agent.databases.psql import psql, tell
from deploytasks.agent.disk.entry import read_entry, write_entry
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.services import systemd

LOOK = """\
SELECT json_object_agg(name, setting) FROM pg_settings
  WHERE name IN ('listen_addresses', 'ssl', 'ssl_cert_file', 'ssl_key_file', 'hba_file');
"""
SET = """\
ALTER SYSTEM SET listen_addresses = '*';
ALTER SYSTEM SET ssl_cert_file = :'certificate';
ALTER SYSTEM SET ssl_key_file = :'key';
ALTER SYSTEM SET ssl = on;
"""
REREAD = "SELECT pg_reload_conf();\n"
BEGIN, END = "# deploytasks: others that come to %s", "# deploytasks: to %s come no others"
LISTENING_S = 30


@frozen
class PostgresAccess(Resource):
    """*user* may come to the database *name* from *sources*, over TLS alone.

    They have a block of their own in pg_hba.conf; the cluster listens on all addresses, and shows *certificate*, whose
    key is *key*. It is started anew once, for it to listen; else it rereads its files. Without sources there is no such
    block. No rollback touches this.
    """

    reversible: ClassVar[bool] = False
    rolls_back: ClassVar[bool] = False
    name: str
    user: str
    sources: Tuple[str, ...]
    certificate: str
    key: str
    port: int = 5432

    def desired(self) -> State:
        if not self.sources:
            return {"sources": []}
        return {"sources": sorted(self.sources), "listens": True, "tls": self.certificate}

    def inspect(self, machine: Machine) -> State:
        found = self._settings(machine)
        if not found:
            return None
        return {
            "sources": self._admitted(machine, found["hba_file"]),
            "listens": found["listen_addresses"] == "*",
            "tls": found["ssl_cert_file"] if found["ssl"] == "on" else "off",
        }

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        found = self._settings(machine)
        if not found:
            raise StepError("PostgreSQL does not answer on its port %d" % self.port)
        self._admit(machine, found["hba_file"])
        shown = {"certificate": self.certificate, "key": self.key}
        tell(machine, self.port, (SET if self.sources else "") + REREAD, shown)
        if self.sources and found["listen_addresses"] != "*":
            systemd.restart(machine, ["postgresql"])
        if not machine.wait_until(lambda: not self._differs(machine), LISTENING_S):
            raise StepError("PostgreSQL has not taken over its settings; its log says why")

    def _differs(self, machine: Machine) -> bool:
        return bool(Change(self.inspect(machine), self.desired()))

    def _admit(self, machine: Machine, path: str) -> None:
        entry: Dict[str, Any] = read_entry(machine.path(path)) or {}
        if "content" not in entry:
            raise StepError("%s cannot be read as a text, so nobody was let in" % path)
        kept = self._block.sub("", entry["content"])
        lines = [BEGIN % self.name, *map(self._line, sorted(self.sources)), END % self.name]
        content = "%s\n%s\n" % (kept.rstrip("\n"), "\n".join(lines)) if self.sources else kept
        write_entry(machine.path(path), {**entry, "content": content})

    def _admitted(self, machine: Machine, path: str) -> List[str]:
        """The addresses in the block; what is no line of ours tells that it differs."""
        content = (read_entry(machine.path(path)) or {}).get("content", "")
        lines = "".join(self._block.findall(content)).strip().splitlines()[1:-1]
        addresses = [(line.split() + [""] * 5)[3].rpartition("/")[0] for line in lines]
        return sorted(addresses) if lines == [self._line(address) for address in sorted(addresses)] else lines

    @property
    def _block(self) -> "re.Pattern[str]":
        return re.compile(
            r"^%s\n(?:.*\n)*?%s\n" % (re.escape(BEGIN % self.name), re.escape(END % self.name)), re.MULTILINE
        )

    def _line(self, address: str) -> str:
        bits = 128 if ":" in address else 32
        return "hostssl %s %s %s/%d scram-sha-256" % (self.name, self.user, address, bits)

    def _settings(self, machine: Machine) -> Dict[str, str]:
        done = psql(machine, self.port, LOOK, {})
        found: Dict[str, str] = json.loads(done.stdout) if done.ok and done.stdout.strip() else {}
        return found
