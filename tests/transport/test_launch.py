"""The command line that starts the agent."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from deploytasks.transport.launch import BEGUN, NO_PYTHON, NO_SUDO, PROMPT, Launch

SHELLS = [shell for shell in ("sh", "bash", "dash", "zsh", "fish", "tcsh") if shutil.which(shell)]
PYTHON = Path(sys.executable).resolve()


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A PATH in which the login user is not root and a fake sudo tells how it was called."""
    directory = tmp_path / "bin"
    directory.mkdir()
    write_command(directory, "id", "echo 1000")
    write_command(directory, "sudo", 'echo "$LC_ALL" "$@"')
    (directory / "python3").symlink_to(PYTHON)
    for tool in ("sh", "base64"):
        (directory / tool).symlink_to(str(shutil.which(tool)))
    return directory


def write_command(directory: Path, name: str, script: str) -> None:
    command = directory / name
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)


def run(command: str, path: Path, shell: str = "sh", text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {"PATH": str(path), "SSH_CONNECTION": "192.0.2.1 40000 192.0.2.2 2222", "HOME": os.devnull}
    return subprocess.run(
        [str(shutil.which(shell)), "-c", command],
        input=text,
        env=environment,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("password_follows", [True, False])
def test_no_login_shell_finds_anything_to_expand(password_follows: bool) -> None:
    command = Launch().command(password_follows=password_follows)

    assert command.startswith("exec /bin/sh -c '")
    assert command.endswith("'")
    assert command.count("'") == 2
    assert not set(command) & set("\n\\!")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_login_shell_hands_the_same_words_to_sudo(shell: str, commands: Path) -> None:
    words = run(Launch().command(), commands, shell).stdout.decode().split()

    assert words[:8] == ["C", "-n", "-p", "-u", "root", "--", "python3", "-I"]
    assert words[-6:-1] == ["deploytasks-agent", "192.0.2.1", "40000", "192.0.2.2", "2222"]


def test_with_a_password_sudo_reads_it_from_standard_input(commands: Path) -> None:
    words = run(Launch().command(password_follows=True), commands).stdout.decode().split()

    assert words[:5] == ["C", "-S", "-p", PROMPT.decode(), "-u"]


def test_our_program_begins_and_waits_for_the_agent(commands: Path) -> None:
    write_command(commands, "id", "echo 0")

    ended = run(Launch().command(), commands, text=b"NOISE\n")

    assert (ended.returncode, ended.stderr) == (95, BEGUN)


def test_root_needs_no_sudo(commands: Path) -> None:
    write_command(commands, "id", "echo 0")
    (commands / "sudo").unlink()

    assert run(Launch().command(), commands).returncode == 95


def test_without_become_sudo_is_not_used(commands: Path) -> None:
    (commands / "sudo").unlink()

    assert run(Launch(become=False).command(), commands).returncode == 95


def test_a_missing_sudo_is_told_by_the_exit_status(commands: Path) -> None:
    (commands / "sudo").unlink()

    assert run(Launch().command(), commands).returncode == NO_SUDO


def test_a_missing_python_is_told_by_the_exit_status(commands: Path) -> None:
    assert run(Launch("/opt/none/python3").command(), commands).returncode == NO_PYTHON


@pytest.mark.parametrize("shell", SHELLS)
def test_a_session_hands_any_argument_on_unchanged(shell: str, commands: Path) -> None:
    write_command(commands, "sudo", 'for word in "$@"; do printf "%s|" "$word"; done')
    argv = ["printf", "it's", 'a "quote"', "$HOME !1 \\n", "two\nlines", "é"]

    said = run(Launch().session(argv), commands, shell).stdout.decode()

    assert said == "|".join(["--", *argv, ""])
