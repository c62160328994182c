"""What ansible-vault encrypted is read by who has the password, and by nobody else; it is in no message."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from deploytasks.errors import InventoryError
from deploytasks.inventory import Inventory
from deploytasks.inventory.concealed import VEIL
from deploytasks.inventory.vault import Password, Vault
from tests.inv import inv

PASSWORD, OTHER, CANARY = "correct horse", "battery staple", "canary-8d1f"


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory) -> dict[str, str]:
    """Texts that ansible-vault itself made: a whole file and two values, in both versions of its header."""
    home = tmp_path_factory.mktemp("vault")
    (home / "pw").write_text(f"{PASSWORD}\n")
    (home / "other").write_text(OTHER)
    make = f"""
import sys, json
from ansible.parsing.vault import VaultLib, VaultSecret
pw, other = VaultSecret({PASSWORD.encode()!r}), VaultSecret({OTHER.encode()!r})
made = {{
    "1.1": VaultLib().encrypt({CANARY!r}, pw).decode(),
    "1.2": VaultLib().encrypt({CANARY!r}, pw, vault_id="dev").decode(),
    "prod": VaultLib().encrypt({CANARY!r}, other, vault_id="prod").decode(),
    "empty": VaultLib().encrypt("", pw).decode(),
    "block": VaultLib().encrypt("x" * 16, pw).decode(),
    "file": VaultLib().encrypt("a: {CANARY}\\nb: [1, 2]\\nc: '{{{{ a }}}}!'\\n", pw).decode(),
    "broken": VaultLib().encrypt("a: {CANARY}: x\\n", pw).decode(),
}}
print(json.dumps(made))
"""
    done = subprocess.run([sys.executable, "-c", make], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def value(text: str, name: str = "secret") -> str:
    return f"{name}: !vault |\n" + "".join(f"  {line}\n" for line in text.splitlines())


def vault(*sources: str, ask=None) -> Vault:
    passwords = tuple(Password.named(source) for source in sources)
    return Vault(passwords, ask) if ask else Vault(passwords)


@pytest.fixture
def read(tmp_path, monkeypatch):
    """The one host of an inventory with *text* for its variables."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ANSIBLE_VAULT_PASSWORD_FILE", raising=False)
    Path("pw").write_text(f"{PASSWORD}\n")
    Path("other").write_text(OTHER)
    Path("inventory.ini").write_text("h1\n")
    Path("host_vars").mkdir()

    def load(text: str, given: Vault | None = None):
        Path("host_vars/h1").write_text(text)
        (host,) = Inventory.load("inventory.ini", vault=given)
        return host

    return load


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_value_of_every_version_is_opened(version, encrypted, read) -> None:
    host = read(value(encrypted[version]), vault("pw"))
    assert host.variables["secret"] == CANARY
    assert host.hides("secret")
    assert host.secrets == {CANARY}
    assert str(host.origin("secret")) == "host_vars/h1:1"


def test_what_fills_a_block_and_what_is_empty(encrypted, read) -> None:
    host = read(value(encrypted["block"], "a") + value(encrypted["empty"], "b"), vault("pw"))
    assert dict(host.variables) == {"a": "x" * 16, "b": ""}


def test_a_whole_file_is_opened_and_all_in_it_is_secret(encrypted, read) -> None:
    host = read(encrypted["file"], vault("pw"))
    assert dict(host.variables) == {"a": CANARY, "b": [1, 2], "c": f"{CANARY}!"}
    assert all(host.hides(name) for name in "abc")
    assert str(host.origin("c")) == "host_vars/h1:3"


def test_the_password_of_its_id_is_tried_first_and_the_others_after_it(encrypted, read) -> None:
    text = value(encrypted["1.2"], "a") + value(encrypted["prod"], "b") + value(encrypted["1.1"], "c")
    host = read(text, vault("prod@other", "dev@pw"))
    assert set(host.variables.values()) == {CANARY}


def test_a_template_of_a_secret_is_secret_and_one_beside_it_is_not(encrypted, read) -> None:
    host = read(
        value(encrypted["1.1"]) + "url: 'pg://u:{{ secret }}@h'\nfar: '{{ url }}/x'\nplain: '{{ 1 }}'\n",
        vault("pw"),
    )
    assert host.variables["far"] == f"pg://u:{CANARY}@h/x"
    assert [name for name in host.variables if host.hides(name)] == ["secret", "url", "far"]
    assert {CANARY, f"pg://u:{CANARY}@h", f"pg://u:{CANARY}@h/x"} <= host.secrets


def test_a_secret_in_a_list_or_a_mapping_hides_all_of_it(encrypted, read) -> None:
    text = "app_env:\n  PLAIN: x\n" + "".join(
        f"  {line}\n" for line in value(encrypted["1.1"], "KEY").splitlines()
    )
    host = read(text, vault("pw"))
    assert host.variables["app_env"] == {"PLAIN": "x", "KEY": CANARY}
    assert host.hides("app_env")


def test_a_connection_password_may_be_encrypted(encrypted, read) -> None:
    host = read(value(encrypted["1.1"], "ansible_become_password"), vault("pw"))
    assert host.connection.become_password == CANARY
    assert CANARY not in repr(host)


def test_the_environment_names_the_password(encrypted, read, monkeypatch) -> None:
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", "pw")
    host = read(value(encrypted["1.1"]))
    assert host.variables["secret"] == CANARY
    assert "pw" in host.sources


def test_several_are_named_by_the_environment(encrypted, read, monkeypatch) -> None:
    monkeypatch.setenv("ANSIBLE_VAULT_IDENTITY_LIST", "dev@pw, prod@other")
    assert read(value(encrypted["prod"])).variables["secret"] == CANARY


def test_a_program_prints_the_password_and_a_client_is_told_its_id(encrypted, read, tmp_path) -> None:
    program = tmp_path / "ask-client.sh"
    program.write_text(f"#!/bin/sh\n[ \"$1 $2\" = '--vault-id dev' ] && echo '{PASSWORD}'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert read(value(encrypted["1.1"]), vault("dev@ask-client.sh")).variables["secret"] == CANARY


def test_a_person_is_asked_once(encrypted, read) -> None:
    asked = []

    def ask(question: str) -> str:
        asked.append(question)
        return PASSWORD

    host = read(value(encrypted["1.1"], "a") + value(encrypted["1.2"], "b"), vault(ask=ask))
    assert set(host.variables.values()) == {CANARY}
    assert asked == ["Vault password (default): "]


def test_extra_vars_may_be_encrypted(encrypted, read) -> None:
    read("x: 1\n")
    Path("secrets.yml").write_text(encrypted["file"])
    (host,) = Inventory.load("inventory.ini", vault=vault("pw")).with_extra_vars(["@secrets.yml"])
    assert host.variables["a"] == CANARY
    assert host.hides("a")


def test_an_inventory_may_be_encrypted(encrypted, read) -> None:
    Path("inv.yml").write_text(encrypted["file"])
    with pytest.raises(
        InventoryError, match=r"inv.yml:1: what is encrypted there is not readable|inv.yml:1: group"
    ):
        Inventory.load("inv.yml", vault=vault("pw"))


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (
            (),
            "encrypted by ansible-vault; say where its password is: --vault-id FILE, $ANSIBLE_VAULT_PASSWORD_FILE",
        ),
        (("other",), "no vault password opens what was encrypted for default (tried: default)"),
        (
            ("dev@other", "prod@other"),
            "no vault password opens what was encrypted for default (tried: dev, prod)",
        ),
        (("nosuch",), "vault password: file not found: nosuch; expected a file that exists"),
        (("empty",), "the vault password from empty is empty; expected one line"),
        (("fails.sh",), "fails.sh was to print the vault password and ended with 3: no key"),
        (("prompt",), "the vault password from prompt is empty"),
    ],
)
def test_without_the_right_password_it_is_one_sentence(sources, message, encrypted, read, tmp_path) -> None:
    Path("empty").write_text("\n")
    Path("fails.sh").write_text("#!/bin/sh\necho no key >&2; exit 3\n")
    Path("fails.sh").chmod(0o700)
    for text in (value(encrypted["1.1"]), encrypted["file"]):
        with pytest.raises(InventoryError) as error:
            dict(read(text, vault(*sources)).variables)
        assert str(error.value).startswith("host_vars/h1:1: ")
        assert message in str(error.value)
        assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text.replace(";1.1;", ";1.0;"), "vault text of version '1.0'; expected 1.1 or 1.2"),
        (lambda text: text.replace("AES256", "AES"), "vault text with the cipher 'AES'; expected AES256"),
        (lambda text: text[:-4], "damaged vault text"),
        (
            lambda text: text.replace("\n3", "\ng", 1),
            "damaged vault text: not all of it is hexadecimal digits",
        ),
        (lambda text: text.splitlines()[0], "damaged vault text: a part is missing"),
        (lambda text: text[:-3] + ("31" if text[-3:-1] != "31" else "32") + "\n", "no vault password opens"),
    ],
)
def test_what_is_damaged_is_told_so(spoil, message, encrypted, read) -> None:
    with pytest.raises(InventoryError) as error:
        dict(read(value(spoil(encrypted["1.1"])), vault("pw")).variables)
    assert message in str(error.value)


def test_a_message_quotes_nothing_that_was_encrypted(encrypted, read) -> None:
    with pytest.raises(InventoryError) as error:
        read(encrypted["broken"], vault("pw"))
    assert (
        str(error.value) == "host_vars/h1:1: what is encrypted there is not readable; see ansible-vault view"
    )


def test_a_value_that_nobody_asks_for_needs_no_password(encrypted, read) -> None:
    assert read(value(encrypted["1.1"]) + "x: 1\n").variables["x"] == 1


def test_the_command_line_names_the_password_and_shows_no_secret(encrypted, tmp_path, read) -> None:
    (tmp_path / "tasks.py").write_text("from deploytasks.tasks import ns\n")
    read(value(encrypted["1.1"], "plain_name") + "url: 'x{{ plain_name }}'\n")
    for command in (("vars",), ("hosts",), ("vars", "--json"), ("hosts", "--json")):
        done = inv(*command, "--vault-id", "pw", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert CANARY not in done.stdout + done.stderr
        assert "********" in done.stdout or command == ("hosts",)
    (tmp_path / "below").mkdir()
    told = json.loads(inv("vars", "--json", "--vault-id", "../pw", cwd=tmp_path / "below").stdout)
    assert told["h1"]["url"] == {"value": "********", "origin": told["h1"]["url"]["origin"]}


def test_what_names_a_secret_kept_elsewhere_is_known_in_a_text(read) -> None:
    host = read("db_password: env:PW\nwhole: '{{ db_password }}'\nurl: 'pg://u:{{ db_password }}@h'\n")
    assert host.variables["whole"] == "env:PW"
    assert host.variables["url"] == f"pg://u:{VEIL}env:PW{VEIL}@h"
    assert host.hides("url")
