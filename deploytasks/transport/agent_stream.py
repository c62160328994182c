"""The way to an ssh-agent(1): a unix socket, or what Windows has in its place."""

from __future__ import annotations

import os
import socket
from typing import Any

from deploytasks.here import expanded
from deploytasks.transport.route import AGENT_VARIABLE

TIMEOUT_S = 60.0
"""A key on a token may wait for a touch."""


def agent_stream(place: str | None) -> Any:
    """What leads to the agent at *place*, a socket or a variable that names one; None where no agent is.

    Where there are no unix sockets, it is the agent that paramiko finds: that of OpenSSH, or Pageant.
    """
    if not place:
        return None
    family = getattr(socket, "AF_UNIX", None)
    if family is None:
        return _found_by_paramiko() if place.removeprefix("$") == AGENT_VARIABLE else None
    path = os.environ.get(place.removeprefix("$"), place)
    stream = socket.socket(family, socket.SOCK_STREAM)
    stream.settimeout(TIMEOUT_S)
    try:
        stream.connect(str(expanded(path)))
    except OSError:
        stream.close()
        return None
    return stream


def _found_by_paramiko() -> Any:
    from paramiko import agent

    try:
        return vars(agent)["get_agent_connection"]()
    except OSError:
        return None
