"""A database of PostgreSQL, and the user that it belongs to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any, ClassVar, Dict, List, Tuple

from deploytasks.agent.databases.psql import psql, tell
from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.files.secret import read_secret
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

VERIFIER = regex(r"SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)")
LOOK = """\
SELECT json_build_object(
  'owner', (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = :'name'),
  'open', (SELECT has_database_privilege('public', oid, 'CONNECT') FROM pg_database WHERE datname = :'name'),
  'verifier', (SELECT coalesce(rolpassword, '') FROM pg_authid WHERE rolname = :'owner'));
"""


@frozen
class PostgresDatabase(Resource):
    """The database *name* belongs to *user*.

    *user* logs in with what the ``Secret`` at *secret* keeps.

    The cluster is the one that listens on *port* and trusts the system user postgres on its unix socket, as
    Debian's does. Nobody else may connect to the database. *extensions* are created in it. Nothing is ever dropped: a
    deploy that is undone leaves both as they are.
    """

    reversible: ClassVar[bool] = False
    lasts: ClassVar[bool] = True
    name: str
    user: str
    secret: str
    port: int = 5432
    encoding: str = "UTF8"
    extensions: Tuple[str, ...] = ()

    def desired(self) -> State:
        extensions = sorted(self.extensions)
        return {"owner": self.user, "password": "as kept", "open": False, "extensions": extensions}

    def inspect(self, machine: Machine) -> State:
        found = self._look(machine)
        if not found.get("owner"):
            return None
        known = is_of(found.get("verifier") or "", read_secret(machine, self.secret))
        return {
            "owner": found["owner"],
            "password": "as kept" if known else "other",
            "open": bool(found.get("open")),
            "extensions": sorted(set(self.extensions) & set(self._extensions(machine))),
        }

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        found = self._look(machine)
        verb = "ALTER" if found.get("verifier") is not None else "CREATE"
        statement = "SET password_encryption = 'scram-sha-256';\n%s ROLE :\"owner\" LOGIN PASSWORD '%s';\n"
        self._tell(machine, statement % (verb, read_secret(machine, self.secret)))
        if not found.get("owner"):
            database = 'CREATE DATABASE :"name" OWNER :"owner" ENCODING \'%s\' TEMPLATE template0;\n'
            self._tell(machine, database % self.encoding)
        elif found["owner"] != self.user:
            self._tell(machine, 'ALTER DATABASE :"name" OWNER TO :"owner";\n')
        self._tell(machine, 'REVOKE CONNECT, TEMPORARY ON DATABASE :"name" FROM PUBLIC;\n')
        for extension in self.extensions:
            self._tell(machine, 'CREATE EXTENSION IF NOT EXISTS "%s";\n' % extension, self.name)

    def _look(self, machine: Machine) -> Dict[str, Any]:
        """The owner of the database and the verifier of the user's password (empty: none set), where they are."""
        done = self._psql(machine, LOOK)
        found: Dict[str, Any] = json.loads(done.stdout) if done.ok and done.stdout.strip() else {}
        return found

    def _extensions(self, machine: Machine) -> List[str]:
        if not self.extensions:
            return []
        return self._psql(machine, "SELECT extname FROM pg_extension;\n", self.name).stdout.split()

    def _tell(self, machine: Machine, sql: str, database: str = "postgres") -> None:
        tell(machine, self.port, sql, self._names, database)

    def _psql(self, machine: Machine, sql: str, database: str = "postgres") -> Completed:
        return psql(machine, self.port, sql, self._names, database)

    @property
    def _names(self) -> Dict[str, str]:
        return {"name": self.name, "owner": self.user}


def is_of(verifier: str, password: str) -> bool:
    """Whether PostgreSQL's *verifier* was made from *password* (RFC 5802, section 3; pg_authid)."""
    parts = VERIFIER.fullmatch(verifier)
    if not parts or not password:
        return False
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(parts[2]), int(parts[1]))
    stored = hashlib.sha256(hmac.new(salted, b"Client Key", "sha256").digest()).digest()
    return hmac.compare_digest(stored, base64.b64decode(parts[3]))
