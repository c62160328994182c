"""What PostgreSQL answers the system user postgres, as Debian's clusters do on their unix socket."""

from __future__ import annotations

from typing import Mapping

from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.errors import StepError

KEPT_LINES = 10


def psql(
    machine: Machine, port: int, sql: str, names: Mapping[str, str], database: str = "postgres"
) -> Completed:
    """*sql* on standard input: nobody sees it in a list of processes. psql quotes the *names*."""
    given = [word for name, value in names.items() for word in ("-v", "%s=%s" % (name, value))]
    program = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *given, "-p", str(port), "-d", database]
    return machine.ask(["runuser", "-u", "postgres", "--", *program], {"PGCONNECT_TIMEOUT": "10"}, stdin=sql)


def tell(machine: Machine, port: int, sql: str, names: Mapping[str, str], database: str = "postgres") -> None:
    """Have *sql* done; raises ``StepError`` with what PostgreSQL says, but for lines with a password."""
    done = psql(machine, port, sql, names, database)
    if not done.ok:
        lines = [line for line in done.stderr.splitlines() if "PASSWORD" not in line]
        raise StepError("PostgreSQL refused", "\n".join(lines[-KEPT_LINES:]))
