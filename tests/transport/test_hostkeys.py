"""known_hosts files and the verdict on a key."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from deploytasks.transport.hostkeys import (
    HostKey,
    KnownHosts,
    Standing,
    add_line,
    hashed_name,
    known_name,
)

ED25519 = HostKey("ssh-ed25519", b"\0\0\0\x0bssh-ed25519 one")
OTHER = HostKey("ssh-ed25519", b"\0\0\0\x0bssh-ed25519 two")
RSA = HostKey("ssh-rsa", b"\0\0\0\x07ssh-rsa one")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "known_hosts"


def standing(file: Path, key: HostKey, name: str = "web1") -> Standing:
    return KnownHosts((file,)).verdict(name, key).standing


def test_a_fingerprint_is_what_ssh_keygen_shows() -> None:
    blob = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"  # GitHub's
    key = HostKey("ssh-ed25519", base64.b64decode(blob))

    assert key.fingerprint == "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"


@pytest.mark.parametrize(
    ("names", "name"),
    [
        ("web1", "web1"),
        ("web0,web1,192.0.2.1", "192.0.2.1"),
        ("WEB1", "web1"),
        ("web?", "web1"),
        ("*.example.com", "a.example.com"),
        ("[web1]:2222", "[web1]:2222"),
        ("[::1]:22022", "[::1]:22022"),
        (hashed_name("[web1]:2222", b"salt" * 5), "[web1]:2222"),
    ],
)
def test_a_key_is_known_by_any_of_its_names(file: Path, names: str, name: str) -> None:
    file.write_text(f"{names} {ED25519.text} a comment\n")

    assert standing(file, ED25519, name) is Standing.KNOWN


@pytest.mark.parametrize(
    ("names", "name"),
    [
        ("web1", "web2"),
        ("web1", "[web1]:2222"),
        ("[web1]:2222", "web1"),
        ("*.example.com,!a.example.com", "a.example.com"),
        (hashed_name("web1", b"salt" * 5), "web2"),
        ("|1|broken", "web1"),
        ("[abc]", "a"),
    ],
)
def test_a_key_is_unknown_for_other_names(file: Path, names: str, name: str) -> None:
    file.write_text(f"{names} {ED25519.text}\n")

    assert standing(file, ED25519, name) is Standing.UNKNOWN


def test_a_changed_key_is_told_with_the_line_of_the_old_one(file: Path) -> None:
    file.write_text(f"# comment\n\nweb1 {RSA.text}\nweb1 {ED25519.text}\n")

    verdict = KnownHosts((file,)).verdict("web1", OTHER)

    assert verdict.standing is Standing.CHANGED
    assert verdict.line is not None
    assert verdict.line.place == f"{file}:4"


def test_a_key_of_another_type_than_the_known_one_counts_as_changed(file: Path) -> None:
    file.write_text(f"web1 {RSA.text}\n")

    assert standing(file, ED25519) is Standing.CHANGED


def test_one_of_several_known_keys_is_enough(file: Path) -> None:
    file.write_text(f"web1 {OTHER.text}\nweb1 {ED25519.text}\n")

    assert standing(file, ED25519) is Standing.KNOWN


def test_a_revoked_key_is_refused_though_it_is_known(file: Path) -> None:
    file.write_text(f"web1 {ED25519.text}\n@revoked * {ED25519.text}\n")

    assert standing(file, ED25519) is Standing.REVOKED


def test_a_certificate_authority_vouches_for_nothing_here(file: Path) -> None:
    file.write_text(f"@cert-authority * {ED25519.text}\n")

    assert standing(file, ED25519) is Standing.UNKNOWN


def test_later_files_count_too_and_missing_ones_are_empty(tmp_path: Path, file: Path) -> None:
    file.write_text(f"web1 {ED25519.text}\n")

    assert KnownHosts((tmp_path / "none", file)).types_for("web1") == ["ssh-ed25519"]


def test_lines_that_are_no_keys_are_passed_over(file: Path) -> None:
    file.write_bytes(b"web1\nweb1 ssh-ed25519 not!base64\n\xff\xfe\n" + f"web1 {ED25519.text}\n".encode())

    assert standing(file, ED25519) is Standing.KNOWN


@pytest.mark.parametrize("before", ["", "web0 ssh-rsa AAAA\n", "web0 ssh-rsa AAAA"])
@pytest.mark.parametrize("hashed", [True, False])
def test_an_added_key_is_known_and_earlier_lines_stay(file: Path, before: str, hashed: bool) -> None:
    file.write_text(before)

    add_line(file, "[web1]:2222", ED25519, hashed=hashed)

    assert standing(file, ED25519, "[web1]:2222") is Standing.KNOWN
    assert file.read_text().startswith(before)
    assert ("web1" in file.read_text()) is not hashed


def test_a_directory_made_for_a_key_is_private(tmp_path: Path) -> None:
    add_line(tmp_path / ".ssh" / "known_hosts", "web1", ED25519, hashed=False)

    assert (tmp_path / ".ssh").stat().st_mode & 0o777 == 0o700


def test_the_usual_port_is_not_part_of_the_name() -> None:
    assert (known_name("Web1", 22), known_name("web1", 2222)) == ("web1", "[web1]:2222")
