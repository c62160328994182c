"""A second connection to where one is open already."""

from __future__ import annotations

import paramiko
import pytest

from deploytasks.transport.connection import SameKey

KEYS = [paramiko.ECDSAKey.generate() for _ in range(2)]


def test_the_host_key_of_the_first_is_taken_and_no_other():
    SameKey(KEYS[0]).missing_host_key(paramiko.SSHClient(), "prod1", KEYS[0])
    with pytest.raises(paramiko.SSHException, match="prod1 has another host key than a moment ago"):
        SameKey(KEYS[0]).missing_host_key(paramiko.SSHClient(), "prod1", KEYS[1])
