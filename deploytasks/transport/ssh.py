"""A host over SSH."""

from __future__ import annotations

from collections.abc import Sequence

import fabric
import paramiko

from deploytasks.errors import HostError, LoginRefused, Unreachable
from deploytasks.inventory.host import Host
from deploytasks.transport.channel import WINDOW, ChannelStreams
from deploytasks.transport.connection import VerifiedConnection, silence
from deploytasks.transport.keyboard import is_typed
from deploytasks.transport.launch import Launch
from deploytasks.transport.pipe import Pipe
from deploytasks.transport.pulse import Pulse
from deploytasks.transport.route import ALIVE_INTERVAL_S, Route
from deploytasks.transport.sudo import AskPassword, SudoPassword
from deploytasks.transport.terminal import converse_in_pipes, converse_on_terminal


class SshTransport:
    """One SSH connection to *host*; *notes* are for people, such as that a host key was added."""

    def __init__(
        self,
        host: Host,
        connection: fabric.Connection,
        ask_password: AskPassword,
        *,
        alive_interval_s: float = ALIVE_INTERVAL_S,
    ) -> None:
        self.notes: list[str] = []
        self._host = host
        self._connection = connection
        self._launch = Launch(host.connection.python, host.connection.become)
        self._password = SudoPassword(host.connection.become_password, ask_password, host.name)
        self._alive_interval_s = alive_interval_s
        self._pulse: Pulse | None = None
        # Who hands us an open connection goes on using it.
        self._is_ours = not connection.is_connected

    @classmethod
    def over(cls, route: Route, host: Host, ask_password: AskPassword) -> SshTransport:
        """To *host* over *route*, whose host keys are verified."""
        notes: list[str] = []
        connection = VerifiedConnection(route, ask_password, notes.append)
        transport = cls(host, connection, ask_password, alive_interval_s=route.alive_interval_s)
        transport.notes = notes
        return transport

    def open(self) -> None:
        """Connect, verify the host's key, log in; raises `Unreachable`, `HostKeyError` or `LoginRefused`."""
        silence()
        try:
            self._connection.open()
        except HostError as error:
            error.host = self._host.name
            raise
        except paramiko.AuthenticationException as error:
            raise LoginRefused(
                f"{self._host.name}: {error}\ncheck the user and the keys of the connection", self._host.name
            ) from error
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise self._unreachable(f"{error}\ncheck the address and the network") from error
        wire = getattr(self._connection, "wire", None)
        self._pulse = Pulse(self._connection.transport, self._alive_interval_s, wire)
        self._pulse.start()

    def start_agent(self) -> Pipe:
        """Our program as root, about to read the agent; raises `SudoRefused` for a wrong password."""
        password = self._password.value if self._host.connection.become else None
        channel = self._session()
        pipe = Pipe(
            ChannelStreams(channel, self._pulse_of_connection()),
            host=self._host.name, user=self._connection.user, python=self._launch.python,
        )  # fmt: skip
        self._run(channel, self._launch.command(password_follows=password is not None))
        if password is not None:
            pipe.give_password(password)
        return pipe

    def learn_password(self) -> bool:
        """After `PasswordNeeded`: ask for the password; whether `start_agent` is worth another try."""
        return self._password.learn()

    def interactive(self, argv: Sequence[str]) -> int:
        """*argv* as root on this terminal; its exit status. Raises `Unreachable` when the link is gone."""
        channel = self._session()
        try:
            converse = converse_on_terminal if is_typed() else converse_in_pipes
            status = converse(channel, self._launch.session(argv))
        except (EOFError, paramiko.SSHException):
            status = None
        if status is None:
            raise self._unreachable(self._pulse_of_connection().how_it_ended())
        return status

    def close(self) -> None:
        if self._pulse is not None:
            self._pulse.stop()
        if self._is_ours:
            self._connection.close()

    def _session(self) -> paramiko.Channel:
        try:
            session: paramiko.Channel = self._connection.transport.open_session(window_size=WINDOW)
        except paramiko.ChannelException as error:
            raise self._unreachable(
                f"sshd refuses a session: {error.text}\ncheck MaxSessions in its sshd_config"
            ) from error
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise self._unreachable(self._pulse_of_connection().how_it_ended()) from error
        return session

    def _run(self, channel: paramiko.Channel, command: str) -> None:
        try:
            channel.exec_command(command)  # nosec B601  made by Launch, which quotes
        except (OSError, EOFError, paramiko.SSHException) as error:
            if self._connection.transport.is_active():
                raise self._unreachable(
                    "sshd refuses to run a command\ncheck its sshd_config for this user"
                ) from error
            raise self._unreachable(self._pulse_of_connection().how_it_ended()) from error

    def _pulse_of_connection(self) -> Pulse:
        if self._pulse is None:
            raise self._unreachable("the connection is not open\nopen it first")
        return self._pulse

    def _unreachable(self, reason: str) -> Unreachable:
        return Unreachable(f"{self._host.name}: {reason}", self._host.name)
