"""Fabric's connection with the host's key verified and every wait bounded."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import fabric
import paramiko

from deploytasks.errors import HostError, Unreachable
from deploytasks.transport.dial import Wire, dial
from deploytasks.transport.login import LOGIN_TIMEOUT_S, Login
from deploytasks.transport.route import Route
from deploytasks.transport.sudo import AskPassword
from deploytasks.transport.unreachable import why_unreachable
from deploytasks.transport.verify import HostKeyPolicy, preferred_types

LOG_CHANNEL = "deploytasks.transport.paramiko"
CHANNEL_TIMEOUT_S = 15.0


class VerifiedConnection(fabric.Connection):
    """A `fabric.Connection` that knows whom it talks to; Fabric's own accepts any key, also a changed one.

    *note* is told what people should know, such as a host key that was added.
    """

    def __init__(self, route: Route, ask_password: AskPassword, note: Callable[[str], None]) -> None:
        hop = VerifiedConnection(before(route), ask_password, note) if route.jumps else None
        no_files = fabric.Config(lazy=True, ssh_config=paramiko.SSHConfig())
        super().__init__(route.address, user=route.user, port=route.port, gateway=hop, config=no_files)
        # Fabric keeps attributes in its configuration, unless they are set like this.
        self._set(route=route, wire=None, _login=Login(route, ask_password))
        self.client.set_missing_host_key_policy(HostKeyPolicy(route, note))
        self.client.set_log_channel(LOG_CHANNEL)

    def open(self) -> None:
        """Connect, verify, log in; raises `Unreachable`, `HostKeyError` or `LoginRefused`."""
        began = time.monotonic()
        try:
            self._set(connect_kwargs=self._handshake())
            super().open()
        except HostError:
            self.close()
            raise
        except (OSError, EOFError, paramiko.SSHException) as error:
            complaint = self.wire.complaint if self.wire else ""
            self.close()
            raise Unreachable(
                why_unreachable(error, self.route, time.monotonic() - began, complaint)
            ) from error

    def open_gateway(self) -> Wire:
        """A stream through the last jump; each jump is verified as the host itself is."""
        wire = Wire(super().open_gateway())
        self._set(wire=wire)
        return wire

    def close(self) -> None:
        super().close()
        # Fabric closes neither what did not come so far as to log in, nor its gateway.
        self.client.close()
        if self.wire:
            self.wire.close()
        if self.gateway:
            self.gateway.close()

    def _handshake(self) -> dict[str, object]:
        """Arguments of ``paramiko.SSHClient.connect``."""
        seconds = self.route.connect_timeout_s
        arguments = {
            "timeout": seconds,
            "banner_timeout": seconds,
            "auth_timeout": LOGIN_TIMEOUT_S,
            "channel_timeout": CHANNEL_TIMEOUT_S,
            "transport_factory": self._transport,
            "auth_strategy": self._login,
        }
        if not self.gateway:
            self._set(wire=dial(self.route))
            arguments["sock"] = self.wire
        return arguments

    def _transport(self, stream: Any, **options: Any) -> paramiko.Transport:
        """Asks the host for a key of the types that it is known by, and for a cipher that needs no digest beside it.

        AES-GCM (RFC 5647) carries half as much again as AES-CTR with HMAC, which paramiko prefers.
        """
        transport = paramiko.Transport(stream, **options)
        security = transport.get_security_options()
        security.key_types = preferred_types(self.route, tuple(security.key_types))
        security.ciphers = tuple(sorted(security.ciphers, key=lambda cipher: "gcm" not in cipher))
        return transport


def twin_of(connection: fabric.Connection) -> fabric.Connection:
    """Another connection to where *connection*, which is open, leads; not yet open. It takes the same host key only."""
    twin = fabric.Connection(
        connection.host,
        user=connection.user,
        port=connection.port,
        config=connection.config,
        gateway=connection.gateway,
        forward_agent=connection.forward_agent,
        connect_timeout=connection.connect_timeout,
        connect_kwargs={name: value for name, value in connection.connect_kwargs.items() if name != "sock"},
    )
    twin.client.set_missing_host_key_policy(SameKey(connection.transport.get_remote_server_key()))
    return twin


class SameKey(paramiko.MissingHostKeyPolicy):
    """Takes the host *key* that is known from another connection, and no other."""

    def __init__(self, key: paramiko.PKey) -> None:
        self._key = key

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        del client
        if key != self._key:
            raise paramiko.SSHException(f"{hostname} has another host key than a moment ago")


def before(route: Route) -> Route:
    """The way to the last jump of *route*, over those before it."""
    return replace(route.jumps[-1], jumps=route.jumps[:-1])


def silence() -> None:
    """Keep paramiko's tracebacks from people; a handler of ``LOG_CHANNEL`` gets them."""
    ours = logging.getLogger(LOG_CHANNEL)
    ours.propagate = False
    if not ours.handlers:
        ours.addHandler(logging.NullHandler())
