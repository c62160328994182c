"""What is said and done about a host's key."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploytasks.errors import HostKeyError
from deploytasks.transport.hostkeys import HostKey
from deploytasks.transport.route import Credentials, HostKeyRules, Route, UnknownKey
from deploytasks.transport.verify import check, preferred_types

KEY = HostKey("ssh-ed25519", b"\0\0\0\x0bssh-ed25519 one")
OTHER = HostKey("ssh-ed25519", b"\0\0\0\x0bssh-ed25519 two")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "known_hosts"


def route(file: Path, unknown: UnknownKey = UnknownKey.REFUSE, *, alias: str = "") -> Route:
    rules = HostKeyRules(alias or "[web1]:2222", (file,), (), unknown, by_alias=bool(alias))
    return Route("web1", 2222, "deploy", rules, Credentials())


def complaint(found: Route, key: HostKey) -> str:
    with pytest.raises(HostKeyError) as caught:
        check(found, key, print)
    return str(caught.value)


def test_a_known_key_passes_silently(file: Path) -> None:
    file.write_text(f"[web1]:2222 {KEY.text}\n")
    notes: list[str] = []

    check(route(file), KEY, notes.append)

    assert notes == []


def test_an_unknown_key_is_refused_with_the_command_that_adds_it(file: Path) -> None:
    message = complaint(route(file), KEY)

    assert KEY.fingerprint in message
    assert "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" in message
    assert message.splitlines()[-1] == f"ssh-keyscan -t ed25519 -p 2222 web1 >> {file}"


def test_an_alias_is_added_by_the_key_itself(file: Path) -> None:
    message = complaint(route(file, alias="cluster"), KEY)

    assert message.splitlines()[-1] == f"echo 'cluster {KEY.text}' >> {file}"


def test_a_new_key_is_added_and_noted(file: Path) -> None:
    notes: list[str] = []

    check(route(file, UnknownKey.ADD), KEY, notes.append)

    assert file.read_text() == f"[web1]:2222 {KEY.text}\n"
    assert notes == [f"deploy@web1:2222: new host key {KEY} added to {file}"]


def test_whoever_wants_no_check_is_told_that_there_is_one(file: Path) -> None:
    notes: list[str] = []

    check(route(file, UnknownKey.ADD_THOUGH_TOLD_NO_CHECK), KEY, notes.append)

    assert "StrictHostKeyChecking=no is taken for accept-new" in notes[0]


@pytest.mark.parametrize("unknown", UnknownKey)
def test_a_changed_key_is_refused_whatever_is_allowed(file: Path, unknown: UnknownKey) -> None:
    file.write_text(f"[web1]:2222 {OTHER.text}\n")

    message = complaint(route(file, unknown), KEY)

    assert "has CHANGED" in message
    assert f"{file}:1 knows {OTHER}" in message
    assert file.read_text() == f"[web1]:2222 {OTHER.text}\n"


def test_a_revoked_key_is_refused_whatever_is_allowed(file: Path) -> None:
    file.write_text(f"@revoked * {KEY.text}\n")

    assert f"{file}:1 revokes" in complaint(route(file, UnknownKey.ADD), KEY)


def test_a_key_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert "cannot be kept" in complaint(route(tmp_path / "file" / "known_hosts", UnknownKey.ADD), KEY)


def test_the_host_is_asked_for_the_keys_that_are_known(file: Path) -> None:
    file.write_text("[web1]:2222 ssh-rsa AAAA\n")
    offered = ("ssh-ed25519", "rsa-sha2-256", "rsa-sha2-512")

    assert preferred_types(route(file), offered) == ("rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519")
