"""Secrets out of real stores: age, pass, gpg and, where it is installed, SOPS (``make test-stores`` brings it)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploytasks.secrets import Answer
from tests.secrets.test_sources import answer_to

CANARY = "c4n4ry in a store"
ME = "me@example.org"

needs = {
    name: pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed")
    for name in ("age", "pass", "gpg", "sops")
}


def run(*argv: str, stdin: str = "") -> str:
    return subprocess.run(argv, input=stdin, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A home directory of nobody's, with nothing of the caller's in the environment."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("SOPS_", "AGE_", "PASSWORD_STORE", "GNUPG", "XDG_")):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def identity(home) -> tuple[str, str]:
    """An identity of age and who may encrypt for it."""
    secret = run("age-keygen").splitlines()
    public = next(line for line in secret if "public key" in line).rpartition(" ")[2]
    return secret[-1], public


@pytest.fixture
def key(home, monkeypatch) -> Iterator[str]:
    """A key of gpg without a passphrase; the path of its agent's socket has to be short (unix(7))."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="g") as directory:
        monkeypatch.setenv("GNUPGHOME", directory)
        run("gpg", "--batch", "--passphrase", "", "--quick-generate-key", ME, "default", "default", "never")
        yield run("gpg", "--with-colons", "--list-keys").split("fpr:::::::::")[1].partition(":")[0]
        run("gpgconf", "--kill", "gpg-agent")


@needs["age"]
def test_age_opens_a_file_with_an_identity_in_the_environment_or_in_a_file(home, identity, monkeypatch):
    secret, public = identity
    run("age", "--encrypt", "--recipient", public, "--output", "db.age", stdin=f"{CANARY}\n")
    assert "SOPS_AGE_KEY" in answer_to("age:db.age").error
    monkeypatch.setenv("SOPS_AGE_KEY", secret)
    assert answer_to("age:db.age") == Answer(CANARY)
    monkeypatch.delenv("SOPS_AGE_KEY")
    (home / ".config/sops/age").mkdir(parents=True)
    (home / ".config/sops/age/keys.txt").write_text(f"{secret}\n")
    assert answer_to("age:db.age") == Answer(CANARY)


@needs["age"]
def test_age_opens_nothing_with_another_identity(home, identity, monkeypatch):
    _, public = identity
    run("age", "--encrypt", "--recipient", public, "--output", "db.age", stdin=CANARY)
    monkeypatch.setenv("SOPS_AGE_KEY", run("age-keygen").splitlines()[-1])
    assert "no identity matched any of the recipients" in answer_to("age:db.age").error


@needs["pass"]
@needs["gpg"]
def test_pass_shows_the_first_line_and_others_by_name(home, key):
    run("pass", "init", ME)
    run("pass", "insert", "--multiline", "shop/db", stdin=f"{CANARY}\nlogin: shop\n")
    assert answer_to("pass:shop/db") == Answer(CANARY)
    assert answer_to("pass:shop/db#login") == Answer("shop")
    assert "shop/web is not in the password store" in answer_to("pass:shop/web").error


WRITTEN = {
    "s.yaml": (f"db:\n  password: {CANARY}\n  port: 5432\n", "db.password"),
    "s.json": (f'{{"db": {{"password": "{CANARY}"}}}}', "db.password"),
    "s.env": (f"DB_PASSWORD={CANARY}\n", "DB_PASSWORD"),
    "s.ini": (f"[db]\npassword = {CANARY}\n", "db.password"),
}


@needs["sops"]
@needs["age"]
@pytest.mark.parametrize("name", WRITTEN)
def test_sops_decrypts_what_age_has_locked(home, identity, monkeypatch, name):
    secret, public = identity
    text, path = WRITTEN[name]
    (home / name).write_text(text)
    run("sops", "encrypt", "--age", public, "--in-place", name)
    assert CANARY not in (home / name).read_text()
    assert "sops ended with 128" in answer_to(f"sops:{name}#{path}").error
    monkeypatch.setenv("SOPS_AGE_KEY", secret)
    assert answer_to(f"sops:{name}#{path}") == Answer(CANARY)
    assert answer_to(f"sops:{name}#absent").error.startswith("has no absent; there is ")


@needs["sops"]
@needs["gpg"]
def test_sops_decrypts_what_gpg_has_locked_and_a_file_of_any_kind(home, key):
    (home / "key.txt").write_text(f"{CANARY}\n")
    run("sops", "encrypt", "--pgp", key, "--in-place", "key.txt")
    assert answer_to("sops:key.txt") == Answer(CANARY)
