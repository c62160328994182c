"""What hosts say when the agent does not start, and what we make of it."""

from __future__ import annotations

import pytest

from deploytasks.errors import (
    AgentCrashed,
    HostError,
    LoginRefused,
    NoPython,
    SudoRefused,
    Unreachable,
)
from deploytasks.transport.pipe import Ending
from deploytasks.transport.refusal import PasswordNeeded, refusal

CASES = [
    (97, "", b"", NoPython, "there is no python3"),
    (96, "deploytasks-python 3.4", b"", NoPython, "python3 is Python 3.4"),
    (2, "Unknown option: -I\nusage: python [option]", b"", NoPython, "python3 is Python 2"),
    (1, "sudo: python3: command not found", b"", NoPython, "secure_path"),
    (98, "", b"", SudoRefused, "there is no sudo on the host"),
    (1, "sudo: a password is required", b"", PasswordNeeded, "it says the same for both"),
    (1, "sudo: interactive authentication is required", b"", PasswordNeeded, "it says the same for both"),
    (1, "sudo: sorry, you must have a tty to run sudo", b"", SudoRefused, "Defaults:deploy !requiretty"),
    (1, "deploy is not in the sudoers file.", b"", SudoRefused, "visudo -f /etc/sudoers.d/deploy"),
    (
        1,
        "Sorry, user deploy is not allowed to execute '/usr/bin/python3' as root on web1.",
        b"",
        SudoRefused,
        "is not allowed to execute",
    ),
    (1, "sudo: 1 incorrect password attempt", b"", SudoRefused, "ansible_become_password"),
    (1, "sudo: /etc/sudoers is owned by uid 1000, should be 0", b"", SudoRefused, "owned by uid 1000"),
    (1, "rbash: line 1: exec: restricted", b"", LoginRefused, "is restricted"),
    (1, "", b"This account is currently not available.\n", LoginRefused, "has no login shell"),
    (1, "", b"This service allows sftp connections only.\r\n", LoginRefused, "sftp only"),
    (3, "", b"bye \x1b[31m\xff", LoginRefused, r"exit 3 before our command; it printed 'bye \x1b[31m\\xff'"),
    (None, "sh: 1: DEPLOYTASKS: not found", b"", LoginRefused, "did not come so far"),
    (95, "", b"", Unreachable, "before the agent was sent"),
    (1, "Traceback (most recent call last):\nKeyError: 'x'", b"", AgentCrashed, "KeyError: 'x'"),
]


@pytest.mark.parametrize(("status", "errors", "output", "kind", "words"), CASES)
def test_every_ending_has_its_cause_and_a_next_step(
    status: int | None, errors: str, output: bytes, kind: type[HostError], words: str
) -> None:
    begun = "Traceback" in errors
    error = refusal(Ending("web1", "deploy", "python3", status, begun, errors, output))

    assert type(error) is kind
    assert words in str(error)
    assert str(error).startswith("web1: ")
    assert error.host == "web1"
    assert len(str(error).splitlines()) == 2


def test_a_crash_without_words_is_not_blamed_on_the_login_shell() -> None:
    error = refusal(Ending("web1", "deploy", "python3", 139, True, "", b""))

    assert type(error) is AgentCrashed
