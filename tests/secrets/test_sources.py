"""Each source over a stand-in of its vendor's command line, which prints what the real one is documented to print."""

from __future__ import annotations

import json

import pytest

from deploytasks.secrets import Answer, Secrets, reference_in

CANARY = "canary77"

BW_ITEM = json.dumps(
    {
        "object": "item",
        "id": "7ac9cae8-5067-4faf-b6ab-acfd00e2c328",
        "type": 1,
        "name": "shop-db",
        "notes": "a note",
        "fields": [{"name": "pin", "value": "4711", "type": 1}],
        "login": {"uris": [], "username": "shop", "password": CANARY, "totp": None},
    }
)
VAULT_2 = json.dumps(
    {
        "request_id": "0ba5ff8c",
        "lease_id": "",
        "lease_duration": 0,
        "renewable": False,
        "data": {
            "data": {"password": CANARY, "port": 5432},
            "metadata": {"created_time": "2022-06-15T20:23:40.067093Z", "destroyed": False, "version": 1},
        },
        "warnings": None,
    }
)
VAULT_1 = json.dumps(
    {"request_id": "1", "lease_duration": 2764800, "data": {"password": CANARY}, "warnings": None}
)
AWS = json.dumps(
    {
        "ARN": "arn:aws:secretsmanager:us-west-2:123456789012:secret:shop/db-AbCdEf",
        "Name": "shop/db",
        "VersionId": "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE",
        "SecretString": json.dumps({"username": "shop", "password": CANARY}),
        "VersionStages": ["AWSCURRENT"],
        "CreatedDate": 1523477145.713,
    }
)
SOPS = json.dumps({"db": {"pass.word": CANARY, "hosts": ["a", "b"]}, "debug": True})

ANSWERS = [
    ("op://shop/db/password", "op", CANARY, ["read", "--no-newline", "op://shop/db/password"], CANARY),
    ("op://shop/db/web/pin", "op", CANARY, ["read", "--no-newline", "op://shop/db/web/pin"], CANARY),
    ("bw:shop-db", "bw", BW_ITEM, ["get", "item", "shop-db", "--nointeraction"], CANARY),
    ("bw:shop-db#username", "bw", BW_ITEM, ["get", "item", "shop-db", "--nointeraction"], "shop"),
    ("bw:shop-db#pin", "bw", BW_ITEM, ["get", "item", "shop-db", "--nointeraction"], "4711"),
    ("vault:secret/shop#password", "vault", VAULT_2, ["kv", "get", "-format=json", "secret/shop"], CANARY),
    ("vault:secret/shop#port", "vault", VAULT_2, ["kv", "get", "-format=json", "secret/shop"], "5432"),
    ("vault:kv1/shop#password", "vault", VAULT_1, ["kv", "get", "-format=json", "kv1/shop"], CANARY),
    (
        "aws-sm:shop/db#password",
        "aws",
        AWS,
        ["secretsmanager", "get-secret-value", "--secret-id", "shop/db", "--output", "json"],
        CANARY,
    ),
    (
        "aws-sm:arn:aws:secretsmanager:us-west-2:123456789012:secret:shop/db-AbCdEf#username",
        "aws",
        AWS,
        [
            "secretsmanager",
            "get-secret-value",
            "--secret-id",
            "arn:aws:secretsmanager:us-west-2:123456789012:secret:shop/db-AbCdEf",
            "--region",
            "us-west-2",
            "--output",
            "json",
        ],
        "shop",
    ),
    (
        "gcp-sm:db",
        "gcloud",
        CANARY,
        ["secrets", "versions", "access", "latest", "--secret=db", "--quiet"],
        CANARY,
    ),
    (
        "gcp-sm:shop-1/db@3#password",
        "gcloud",
        json.dumps({"password": CANARY}),
        ["secrets", "versions", "access", "3", "--secret=db", "--project=shop-1", "--quiet"],
        CANARY,
    ),
    (
        "gcp-sm:projects/shop-1/secrets/db/versions/2",
        "gcloud",
        CANARY,
        ["secrets", "versions", "access", "2", "--secret=db", "--project=shop-1", "--quiet"],
        CANARY,
    ),
    ("doppler:STRIPE", "doppler", f"{CANARY}\n", ["secrets", "get", "STRIPE", "--plain"], CANARY),
    (
        "doppler:shop/prd/STRIPE",
        "doppler",
        f"{CANARY}\n",
        ["secrets", "get", "STRIPE", "--plain", "--project", "shop", "--config", "prd"],
        CANARY,
    ),
    ("pass:shop/db", "pass", f"{CANARY}\nlogin: shop\n", ["show", "shop/db"], CANARY),
    ("pass:shop/db#login", "pass", f"{CANARY}\nlogin: shop\n", ["show", "shop/db"], "shop"),
    (
        "sops:s.yaml#db.pass.word",
        "sops",
        SOPS,
        ["--decrypt", "--output-type", "json", "{here}/s.yaml"],
        CANARY,
    ),
    ("sops:s.yaml#db.hosts.1", "sops", SOPS, ["--decrypt", "--output-type", "json", "{here}/s.yaml"], "b"),
    ("sops:s.yaml#debug", "sops", SOPS, ["--decrypt", "--output-type", "json", "{here}/s.yaml"], "true"),
    ("sops:key.txt", "sops", f"{CANARY}\n", ["--decrypt", "{here}/key.txt"], CANARY),
    ("age:key.txt", "age", f"{CANARY}\n", ["--decrypt", "{here}/key.txt"], CANARY),
]


def answer_to(text: str, secrets: Secrets | None = None) -> Answer:
    reference = reference_in(text)
    assert reference is not None
    return (secrets or Secrets()).ask([reference])[reference]


@pytest.fixture
def files(tmp_path):
    for name in ("s.yaml", "key.txt"):
        (tmp_path / name).write_text("encrypted")
    return tmp_path


@pytest.mark.parametrize(("text", "name", "printed", "argv", "secret"), ANSWERS)
def test_a_source_asks_its_vendors_program(program, files, text, name, printed, argv, secret):
    vendor = program(name, printed)
    assert answer_to(text) == Answer(secret)
    assert vendor.runs == [[word.format(here=files) for word in argv]]


FAILURES = [
    (
        "op://shop/db/password",
        "op",
        "[ERROR] 2026/11/30 10:00:00 could not read secret 'op://shop/db/password': error initializing client: "
        "You are not currently signed in. Please run `op signin --help` for instructions\n",
        1,
        ("You are not currently signed in", "op signin", "OP_SERVICE_ACCOUNT_TOKEN"),
    ),
    ("bw:shop-db", "bw", "Vault is locked.\n", 1, ("Vault is locked; log in", "bw unlock --raw")),
    ("bw:shop-db", "bw", "Not found.\n", 1, ("Not found; log in",)),
    (
        "vault:secret/shop#password",
        "vault",
        "Error making API request.\n\nURL: GET https://vault:8200/v1/secret/data/shop\nCode: 403. Errors:\n\n"
        "* permission denied\n",
        2,
        ("vault ended with 2", "permission denied", "vault login", "VAULT_TOKEN"),
    ),
    (
        "vault:secret/shop#password",
        "vault",
        "No value found at secret/data/shop\n",
        2,
        ("No value found at",),
    ),
    (
        "aws-sm:shop/db",
        "aws",
        '\nUnable to locate credentials. You can configure credentials by running "aws configure".\n',
        253,
        ("aws ended with 253", "Unable to locate credentials", "aws sso login"),
    ),
    (
        "aws-sm:shop/db",
        "aws",
        "\nAn error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: Secrets Manager "
        "can't find the specified secret.\n",
        254,
        ("aws ended with 254", "can't find the specified secret"),
    ),
    (
        "gcp-sm:db",
        "gcloud",
        "ERROR: (gcloud.secrets.versions.access) NOT_FOUND: Secret [projects/1/secrets/db] not found or has no "
        "versions.\n",
        1,
        ("NOT_FOUND", "gcloud auth login"),
    ),
    (
        "doppler:STRIPE",
        "doppler",
        "Doppler Error: you must provide a token\n",
        1,
        ("provide a token", "doppler login"),
    ),
    (
        "pass:shop/db",
        "pass",
        "Error: shop/db is not in the password store.\n",
        1,
        ("not in the password store",),
    ),
    (
        "sops:s.yaml#db",
        "sops",
        "Failed to get the data key required to decrypt the SOPS file.\n\nGroup 0: FAILED\n",
        128,
        ("sops ended with 128", "Failed to get the data key", "SOPS_AGE_KEY_FILE"),
    ),
    (
        "age:key.txt",
        "age",
        "age: error: no identity matched any of the recipients\n",
        1,
        ("no identity matched", "SOPS_AGE_KEY"),
    ),
    ("command:pw", "pw", "no such vault\n", 3, ("the command ended with 3: no such vault",)),
]


@pytest.mark.parametrize(("text", "name", "said", "code", "told"), FAILURES)
def test_what_a_program_says_of_its_failure_is_told_with_what_to_log_in_to(
    program, files, text, name, said, code, told
):
    program(name, said=said, code=code)
    answer = answer_to(text)
    assert (answer.secret, [words for words in told if words not in answer.error]) == ("", [])
    assert "\n" not in answer.error


MISSING = [
    ("bw:shop-db#pim", "bw", BW_ITEM, "the item has no pim; it has pin, notes, username, password"),
    ("vault:secret/shop#pasword", "vault", VAULT_2, "has no pasword; there is password, port"),
    ("vault:secret/shop", "vault", VAULT_2, "names no field; write vault:secret/shop#FIELD"),
    ("sops:s.yaml#db", "sops", SOPS, "db has parts; name one of them: db.pass.word, db.hosts"),
    ("sops:s.yaml", "sops", SOPS, "names no value in the file; write sops:s.yaml#PATH"),
    ("sops:absent.yaml#db", "sops", SOPS, "there is no such file on this machine; paths are taken from"),
    ("pass:shop/db#user", "pass", f"{CANARY}\n", "the entry shop/db has no line user: …"),
    ("aws-sm:shop/db", "aws", json.dumps({"SecretBinary": "AAEC"}), "is binary; expected text"),
    ("vault:secret/shop#password", "vault", "Key  Value", "vault printed something else than JSON"),
    ("doppler:STRIPE", "doppler", "\n", "is empty; log in to Doppler"),
]


@pytest.mark.parametrize(("text", "name", "printed", "error"), MISSING)
def test_what_is_not_there_is_told_without_what_is(program, files, text, name, printed, error):
    program(name, printed)
    answer = answer_to(text)
    assert (answer.secret, answer.error[: len(error)]) == ("", error)
    assert CANARY not in answer.error


def test_a_program_that_is_not_there_is_told_with_what_it_is_for(program):
    assert answer_to("op://shop/db/password").error.startswith(
        "op is not installed on this machine; sign in to"
    )


def test_an_identity_in_the_environment_is_told_on_standard_input(program, files, monkeypatch):
    age = program("age", CANARY, first="cat /proc/[0-9]*/cmdline >seen 2>/dev/null")
    monkeypatch.setenv("SOPS_AGE_KEY", "AGE-SECRET-KEY-1QQQ")
    assert answer_to("age:key.txt") == Answer(CANARY)
    assert (age.runs, age.stdin) == (
        [["--decrypt", "--identity", "-", f"{files}/key.txt"]],
        "AGE-SECRET-KEY-1QQQ",
    )
    seen = (files / "seen").read_bytes()
    assert b"--identity" in seen
    assert b"AGE-SECRET-KEY" not in seen


@pytest.mark.parametrize("name", ["SOPS_AGE_KEY_FILE", "SOPS_AGE_SSH_PRIVATE_KEY_FILE"])
def test_an_identity_is_the_one_that_sops_takes(program, files, monkeypatch, name):
    age = program("age", CANARY)
    monkeypatch.setenv(name, "~/key")
    assert answer_to("age:key.txt") == Answer(CANARY)
    assert age.runs == [["--decrypt", "--identity", f"{files}/key", f"{files}/key.txt"]]


def test_a_variable_of_the_environment_that_is_empty_is_none(monkeypatch):
    monkeypatch.setenv("SHOP_KEY", CANARY)
    monkeypatch.setenv("SHOP_EMPTY", "")
    monkeypatch.delenv("SHOP_ABSENT", raising=False)
    assert answer_to("env:SHOP_KEY") == Answer(CANARY)
    assert answer_to("env:SHOP_EMPTY").error.startswith("is empty; set SHOP_EMPTY where this runs")
    assert answer_to("env:SHOP_ABSENT").error.startswith("is not set; set SHOP_ABSENT where this runs")


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file_is_its_text_without_the_end_of_its_last_line(program, tmp_path, end):
    (tmp_path / "key").write_bytes(f"two\nlines{end}".encode())
    assert answer_to("file:~/key") == Answer("two\nlines")


def test_a_file_that_is_no_text_or_not_there_is_told(program, tmp_path):
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    assert answer_to("file:key").error.startswith("is not UTF-8 text; expected the file key")
    assert answer_to("file:absent").error.startswith("No such file or directory; expected the file absent")


def test_a_command_may_be_a_pipe(program):
    assert answer_to(f"command:printf '%s %s' {CANARY} b | cut -d' ' -f1") == Answer(CANARY)


def test_what_a_failing_command_printed_of_the_secret_is_masked(program):
    answer = answer_to(f"command:echo {CANARY}; echo got {CANARY} >&2; exit 1")
    assert answer.error.startswith("the command ended with 1: got ***")
    assert CANARY not in answer.error


def test_a_literal_is_what_stands_behind_it():
    assert answer_to("literal:env:NAME") == Answer("env:NAME")
    assert answer_to("literal:literal:env:NAME") == Answer("literal:env:NAME")
