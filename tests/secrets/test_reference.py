"""What names a secret, and what is an ordinary value that merely begins alike."""

from __future__ import annotations

import pytest

from deploytasks.secrets import begins_alike, reference_in

NAMES = [
    "env:DB_PASSWORD",
    "file:/run/secrets/db",
    "file:secrets/db",
    "command:cat key | head -1",
    "sops:secrets.yaml#db.password",
    "age:db.age",
    "pass:shop/db",
    "op://shop/db/password",
    "op://shop/db/web/password?attribute=otp",
    "bw:shop-db",
    "vault:secret/shop#password",
    "vault:secret/shop",
    "aws-sm:shop/db",
    "gcp-sm:shop-1/db@3",
    "doppler:shop/prd/STRIPE",
    "literal:env:NAME",
]
ORDINARY = [
    "",
    "env:",
    "env:prod",
    "env:prod,service:web",
    "env: NAME",
    "ENV:NAME",
    "environment:NAME",
    "file:///srv/dev.db",
    "file:memdb1?mode=memory&cache=shared",
    "vault:8200",
    "vault:8200/v1/sys",
    "vault:v1:8SDd3WHDOjf7mq69CyCqYjBXAiQQAVZRkFM13ok481zoCmHnSeDX9vyf7w==",
    "vault:secret",
    "bw:443",
    "doppler:stripe",
    "doppler:30",
    "op:read",
    "op://shop/db",
    "pass:/etc",
    "pass:-c",
    "gcp-sm:a b",
    "literal:shop",
    "literal:",
    "postgres://shop:secret@db/shop",
    "redis://cache:6379/0",
    "shop:app",
    "https://example.org",
    "two\nenv:LINES",
    "env:NAME\nmore",
]


@pytest.mark.parametrize("text", NAMES)
def test_a_reference_is_known(text):
    reference = reference_in(text)
    assert reference is not None
    assert f"{reference.scheme}:{reference.rest}" == text


@pytest.mark.parametrize("value", [*ORDINARY, 5, True, None, ["env:NAME"]])
def test_an_ordinary_value_stays_one(value):
    assert reference_in(value) is None


def test_what_begins_alike_can_be_told():
    assert begins_alike("env:prod")
    assert not begins_alike("env:PROD")
    assert not begins_alike("shop:app")


def test_a_command_line_and_a_literal_are_not_shown():
    shown = [str(reference_in(text)) for text in ("command:curl -u me:pw x", "literal:env:PW", "env:PW")]
    assert shown == ["command:curl …", "literal:…", "env:PW"]


def test_the_files_of_references_are_known():
    files = [reference_in(text).file for text in ("sops:a/s.yaml#x", "age:k.age", "file:db", "env:FILE")]
    assert files == ["a/s.yaml", "k.age", "db", ""]
