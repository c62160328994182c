"""Errors of several hosts, on standard error."""

from __future__ import annotations

from deploytasks.agent.engine.events import Outcome
from deploytasks.cli.asking import tell_errors
from deploytasks.errors import Unreachable
from deploytasks.fleet.results import Results
from deploytasks.report import HostRecap


def test_each_error_has_its_host(capsys):
    errors = {
        "web": Unreachable("127.0.0.1 port 1 refused the connection", "web"),
        "app": Unreachable("app@10.0.0.1 did not answer", "app"),
        "db": Unreachable("db: the connection broke off", "db"),
    }
    recaps = {name: HostRecap(Outcome.UNREACHABLE, error=str(error)) for name, error in errors.items()}
    tell_errors(Results(recaps, errors))
    assert sorted(capsys.readouterr().err.splitlines()) == [
        "app: app@10.0.0.1 did not answer",
        "db: the connection broke off",
        "web: 127.0.0.1 port 1 refused the connection",
    ]
