"""The connection to a host, from the controller's side: log in, start the agent, carry its streams.

The only package that imports Fabric and paramiko, and only once a host is to be reached over SSH: they take a
fifth of a second to import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Protocol, TypeVar

from deploytasks.errors import ConfigError, HostError, SudoRefused
from deploytasks.inventory.host import Host
from deploytasks.transport.pipe import Pipe
from deploytasks.transport.refusal import PasswordNeeded, refusal
from deploytasks.transport.sudo import AskPassword

T = TypeVar("T")


class Transport(Protocol):
    """A way to run things on one host; *notes* are what people should know of it."""

    notes: list[str]

    def open(self) -> None:
        """Connect and log in; raises `Unreachable`, `HostKeyError` or `LoginRefused`."""

    def start_agent(self) -> Pipe:
        """Our program as root, about to read the agent; raises `Unreachable` or `SudoRefused`."""

    def learn_password(self) -> bool:
        """After `PasswordNeeded`: ask for sudo's password; whether `start_agent` is worth another try."""

    def interactive(self, argv: Sequence[str]) -> int:
        """*argv* as root on this terminal; its exit status."""

    def close(self) -> None: ...


def transport_for(host: Host, ask_password: AskPassword) -> Transport:
    """The way to *host* that its connection variables ask for; nothing is contacted before `open`.

    A host made from a `fabric.Connection` is reached through just that, with its own keys and its own policy
    for host keys. Raises `ConfigError` if ``~/.ssh/config`` makes no sense, and for a way that is none of ours.
    """
    require_ways([host])
    if host.connection.is_local:
        from deploytasks.transport.local import LocalTransport

        return LocalTransport(host, ask_password)
    from deploytasks.transport.route import route_to
    from deploytasks.transport.ssh import SshTransport
    from deploytasks.transport.sshconfig import SshConfig

    if host.connection_object is not None:
        return SshTransport(host, host.connection_object, ask_password)
    return SshTransport.over(route_to(host.connection, SshConfig.of_this_user()), host, ask_password)


def require_ways(hosts: Iterable[Host]) -> None:
    """Raises one `ConfigError` for all *hosts* that are reached in a way that is none of ours, such as WinRM."""
    others = [_not_ours(host) for host in hosts if not host.connection.is_ours]
    if others:
        raise ConfigError("\n".join(others))


def _not_ours(host: Host) -> str:
    place = host.origin("ansible_connection")
    what = f"{place or host.name}: ansible_connection={host.connection.connection} of {host.name}"
    return f"{what} is not supported; expected ssh or local, or leave it out: --host 'all:!{host.name}'"


def knock(host: Host, ask_password: AskPassword) -> None:
    """Connect to *host* and log in once more, beside what is open, and leave; raises as `Transport.open`."""
    if host.connection_object is not None:
        from deploytasks.transport.connection import twin_of

        host = replace(host, connection_object=twin_of(host.connection_object))
    transport = transport_for(host, ask_password)
    try:
        transport.open()
    finally:
        transport.close()


def import_transports(hosts: Iterable[Host]) -> None:
    """Import what reaching *hosts* takes."""
    for kind in {"local" if host.connection.is_local else "ssh" for host in hosts}:
        import_module(f"deploytasks.transport.{kind}")


def begin(transport: Transport, greet: Callable[[Pipe], T | None]) -> tuple[Pipe, T]:
    """Start the agent and let *greet* speak first; that returns None if the output ended without an answer.

    Where sudo turns out to want a password, or another one than on other hosts, it is asked for, and all is tried once
    more on the same connection. Raises what `explain` finds to be the reason if the agent never answers.
    """
    while True:
        try:
            pipe = transport.start_agent()
        except SudoRefused:
            if not transport.learn_password():
                raise
            continue
        answer = greet(pipe)
        if answer is not None:
            return pipe, answer
        error = explain(pipe)
        pipe.close()
        if not (isinstance(error, PasswordNeeded) and transport.learn_password()):
            raise error


def explain(pipe: Pipe) -> HostError:
    """Why *pipe* ended before the agent's first word, from its exit status and what it said."""
    return refusal(pipe.ending())


__all__ = [
    "AskPassword",
    "PasswordNeeded",
    "Pipe",
    "Transport",
    "begin",
    "explain",
    "import_transports",
    "knock",
    "require_ways",
    "transport_for",
]
