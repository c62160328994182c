"""The key pair of the targets is made once and is one that OpenSSH reads."""

from __future__ import annotations

import subprocess

from deploytasks.targets.key import ensure_key, known_hosts_lines, public_half


def test_the_private_key_is_for_its_owner_only(tmp_path):
    assert ensure_key(tmp_path / "id").stat().st_mode & 0o777 == 0o600


def test_openssh_reads_the_pair(tmp_path):
    key = ensure_key(tmp_path / "id")
    derived = subprocess.run(
        ["ssh-keygen", "-y", "-f", key], capture_output=True, text=True, check=True
    ).stdout
    assert derived.split()[:2] == public_half(key).read_text().split()[:2]


def test_a_second_call_keeps_the_key(tmp_path):
    before = ensure_key(tmp_path / "id").read_bytes()
    assert ensure_key(tmp_path / "id").read_bytes() == before


def test_known_hosts_name_the_port_and_drop_the_comment():
    keys = "ssh-ed25519 AAAA root@web\necdsa-sha2-nistp256 BBBB root@web\n"
    assert known_hosts_lines("127.0.0.1", 2222, keys) == (
        "[127.0.0.1]:2222 ssh-ed25519 AAAA\n[127.0.0.1]:2222 ecdsa-sha2-nistp256 BBBB\n"
    )
