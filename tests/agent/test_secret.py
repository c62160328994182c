"""Secrets of the host are made once, and nobody is told."""

from __future__ import annotations

import json

from deploytasks.agent.databases.postgres_database import PostgresDatabase, is_of
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.files.secret import Secret, read_secret
from deploytasks.agent.files.secret_file import SecretFile

VERIFIER = (
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
    ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
)
"""Of the password "pencil" (RFC 7677, section 3)."""


def test_a_secret_is_long_and_stays(host):
    secret = Secret("/srv/secret")
    secret.apply(host.machine, Change(None, secret.desired()))
    made = read_secret(host.machine, "/srv/secret")
    assert len(made) > 40
    assert not Change(secret.inspect(host.machine), secret.desired())
    assert read_secret(host.machine, "/srv/secret") == made


def test_what_is_said_of_a_file_has_the_place_and_not_the_secret(host):
    host.write("/srv/secret", "open sesame")
    file = SecretFile("/etc/x", "password={secret}\n", "/srv/secret", owner=host.user, group=host.group)
    file.apply(host.machine, Change(None, file.desired()))
    assert host.path("/etc/x").read_text() == "password=open sesame\n"
    assert "open sesame" not in json.dumps(file.inspect(host.machine))


def test_the_password_of_a_database_is_in_no_process_and_no_state(host):
    host.write("/srv/secret", "open sesame")
    host.write("/var/lib/postgresql/extensions", "")
    database = PostgresDatabase("shop", "shop", "/srv/secret")
    database.apply(host.machine, Change(None, database.desired()))
    assert not any("open sesame" in call for call in host.calls)
    assert "open sesame" not in json.dumps(database.inspect(host.machine))


def test_a_verifier_is_of_its_password_and_of_no_other():
    assert is_of(VERIFIER, "pencil")
    assert not is_of(VERIFIER, "pen")
    assert not is_of(VERIFIER, "")
    assert not is_of("md5d41d8cd98f00b204e9800998ecf8427e", "pencil")
