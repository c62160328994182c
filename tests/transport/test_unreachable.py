"""paramiko's words, translated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import paramiko
import pytest
from paramiko.ssh_exception import IncompatiblePeer

from deploytasks.transport.route import Credentials, HostKeyRules, Route
from deploytasks.transport.unreachable import why_unreachable

ROUTE = Route("web1", 22, "deploy", HostKeyRules("web1", (Path("/k"),), ()), Credentials())


@pytest.mark.parametrize(
    ("error", "elapsed_s", "words"),
    [
        (paramiko.SSHException("No existing session"), 5.0, "did not finish the SSH handshake within 5 s"),
        (paramiko.SSHException("Error reading SSH protocol banner"), 0.1, "hung up during the SSH handshake"),
        (EOFError(), 0.1, "hung up during the SSH handshake"),
        (ConnectionResetError(104, "reset"), 0.1, "hung up during the SSH handshake"),
        (IncompatiblePeer("no acceptable kex algorithm"), 0.1, "no acceptable kex algorithm"),
        (paramiko.ChannelException(1, "Administratively prohibited"), 0.1, "AllowTcpForwarding"),
        (OSError(113, "No route to host"), 0.1, "No route to host"),
    ],
)
def test_every_error_says_where_what_and_what_to_do(error: Exception, elapsed_s: float, words: str) -> None:
    message = why_unreachable(error, ROUTE, elapsed_s)

    assert message.startswith("deploy@web1: ")
    assert words in message
    assert len(message.splitlines()) == 2


@pytest.mark.parametrize(("complaint", "said"), [("no such\nhost", "no such; host"), ("", "it said nothing")])
def test_a_proxy_command_is_named_with_its_words(complaint: str, said: str) -> None:
    message = why_unreachable(EOFError(), replace(ROUTE, proxy_command="relay web1"), 0.1, complaint)

    assert message == f"deploy@web1: the ProxyCommand led to no sshd: {said}\nrun it by hand: relay web1"
