"""What paramiko's and the system's errors mean to a person."""

from __future__ import annotations

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from deploytasks.transport.route import Route


def why_unreachable(error: Exception, route: Route, elapsed_s: float, complaint: str = "") -> str:
    """*error*, met *elapsed_s* into connecting, and the next step; *complaint* is the proxy command's."""
    if route.proxy_command is not None:
        said = complaint.replace("\n", "; ") or "it said nothing"
        return (
            f"{route.login}: the ProxyCommand led to no sshd: {said}\nrun it by hand: {route.proxy_command}"
        )
    if isinstance(error, IncompatiblePeer):
        return f"{route.login}: no common ground with its sshd: {error}\nupdate sshd on the host"
    if isinstance(error, paramiko.ChannelException):
        return (
            f"{route.login}: the jump host did not let us through: {error.text}\n"
            "check the address, and AllowTcpForwarding in the jump host's sshd_config"
        )
    if elapsed_s >= route.connect_timeout_s:
        return (
            f"{route.login}: took the connection but did not finish the SSH handshake "
            f"within {route.connect_timeout_s:g} s\n"
            "check that this is the port of sshd; ansible_timeout allows more time"
        )
    if isinstance(error, (EOFError, ConnectionError)) or type(error) is paramiko.SSHException:
        return (
            f"{route.login}: hung up during the SSH handshake\n"
            "check that this is the port of sshd, and MaxStartups and PerSourcePenalties in its sshd_config"
        )
    return f"{route.login}: {error}\ncheck the address and the network"
