"""Keys and known hosts that a pipeline has in its variables."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from deploytasks.errors import ConfigError, HostKeyError
from deploytasks.inventory.connection import ConnectionSettings
from deploytasks.inventory.ssh_options import SshOptions
from deploytasks.transport.given import Given
from deploytasks.transport.hostkeys import HostKey
from deploytasks.transport.route import route_to
from deploytasks.transport.sshconfig import SshConfig
from deploytasks.transport.verify import check

KEYS = (
    Ed25519PrivateKey.generate(),
    rsa.generate_private_key(65537, 2048),
    ec.generate_private_key(ec.SECP256R1()),
)
KNOWN = "web ssh-ed25519 AAAA\n"


def text_of(key=KEYS[0], passphrase: bytes = b"") -> str:
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption).decode()


def given(key: str = "", known_hosts: str = "") -> Given:
    return Given.by({"DEPLOYTASKS_SSH_KEY": key, "DEPLOYTASKS_KNOWN_HOSTS": known_hosts})


@pytest.mark.parametrize("key", KEYS, ids=["ed25519", "rsa", "ecdsa"])
def test_a_key_of_any_kind_is_taken(key) -> None:
    assert given(text_of(key)).key.can_sign()


@pytest.mark.parametrize(
    "spelt",
    [
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\\n"),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: f"\n{text}\n\n",
    ],
    ids=["no last line end", "windows", "through json", "base64", "blank lines"],
)
def test_as_services_keep_it(spelt) -> None:
    assert given(spelt(text_of())).key == given(text_of()).key


def test_variables_of_the_type_file_name_one(tmp_path: Path) -> None:
    key, hosts = tmp_path / "KEY", tmp_path / "HOSTS"
    key.write_text(text_of())
    key.chmod(0o666)
    hosts.write_text(KNOWN)
    assert given(str(key), str(hosts)) == Given(given(text_of()).key, KNOWN)


def test_what_nobody_has_filled_in_is_nothing() -> None:
    assert given("", " \n") == Given.by({}) == Given()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hunter2", "is not the text of a private key"),
        ("/no/such/file", "is not the text of a private key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n", "cannot|can be read"),
        (text_of(passphrase=b"hunter2"), "wants a passphrase"),
        (text_of()[:120], "can be read"),
    ],
)
def test_what_is_no_key_is_told_without_showing_it(text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as error:
        given(text)
    assert str(error.value).startswith("$DEPLOYTASKS_SSH_KEY: ")
    assert "hunter2" not in str(error.value)


def test_the_text_of_a_key_in_the_inventory_is_taken_unless_the_environment_has_one() -> None:
    settings = ConnectionSettings("web", user="me", private_key=text_of(KEYS[1]), key_file="/no/such/file")
    jumping = replace(settings, ssh=SshOptions(proxy_jump="gate"))
    route = route_to(jumping, SshConfig(""))
    assert [hop.credentials.key for hop in (route, *route.jumps)] == [given(text_of(KEYS[1])).key] * 2
    assert route.credentials.key_files == ()
    assert "PRIVATE KEY" not in repr(jumping)
    assert route_to(settings, SshConfig("", given(text_of()))).credentials.key == given(text_of()).key
    with pytest.raises(ConfigError, match="^ansible_ssh_private_key: is not the text of a private key"):
        route_to(replace(settings, private_key="hunter2"), SshConfig(""))


def test_known_hosts_without_a_host_are_told() -> None:
    with pytest.raises(ConfigError, match=r"\$DEPLOYTASKS_KNOWN_HOSTS: knows no host"):
        given(known_hosts="SHA256:abc")


def test_a_given_key_shows_in_no_repr() -> None:
    found = route_to(
        ConnectionSettings("web", user="me", password="hunter2"), SshConfig("", given(text_of(), KNOWN))
    )
    assert "hunter2" not in repr(found)
    assert "PKey" not in repr(found)
    assert "AAAA" not in repr(found)


def test_with_a_given_key_those_of_the_inventory_need_not_be_here(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.touch()
    config = SshConfig(f"IdentityFile /not/here\nIdentityFile {here}", given(text_of()))
    assert route_to(ConnectionSettings("web", user="me"), config).credentials.key_files == (here,)


def test_given_hosts_are_known_and_changed_ones_refused() -> None:
    route = route_to(ConnectionSettings("web", user="me"), SshConfig("", given(known_hosts=KNOWN)))
    check(route, HostKey("ssh-ed25519", b"\0\0\0"), print)
    with pytest.raises(HostKeyError, match="CHANGED") as error:
        check(route, HostKey("ssh-ed25519", b"\1\0\0"), print)
    assert str(error.value).endswith("$DEPLOYTASKS_KNOWN_HOSTS:1")


def test_a_host_that_the_variable_does_not_know_is_told_with_its_line() -> None:
    config = SshConfig("", given(known_hosts=KNOWN))
    route = route_to(replace(ConnectionSettings("db", user="me"), port=2222), config)
    with pytest.raises(HostKeyError) as error:
        check(route, HostKey("ssh-ed25519", b"\0\0\0"), print)
    assert str(error.value).endswith(
        "put this line into $DEPLOYTASKS_KNOWN_HOSTS\n[db]:2222 ssh-ed25519 AAAA"
    )
