"""This machine as a host (``ansible_connection=local``): the same command line, without SSH."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from deploytasks.errors import Unreachable
from deploytasks.here import environment, who_sits_here
from deploytasks.inventory.host import Host
from deploytasks.transport.launch import Launch
from deploytasks.transport.pipe import Pipe
from deploytasks.transport.process import ProcessStreams
from deploytasks.transport.sudo import AskPassword, SudoPassword

SHELL = "/bin/sh"


class LocalTransport:
    """Runs the agent of *host* in a process of this machine."""

    def __init__(self, host: Host, ask_password: AskPassword) -> None:
        self.notes: list[str] = []
        self._host = host
        self._launch = Launch(host.connection.python, host.connection.become)
        self._pipes: list[Pipe] = []
        self._password = SudoPassword(host.connection.become_password, ask_password, host.name)

    def open(self) -> None:
        """There is nothing to open; raises `Unreachable` where this machine can be no host."""
        if not Path(SHELL).exists():
            raise Unreachable(
                f"{self._host.name}: this machine has no {SHELL}, so it is no host\n"
                "leave ansible_connection=local out, and name a host that is reached by SSH",
                self._host.name,
            )

    def start_agent(self) -> Pipe:
        """Our program as root, about to read the agent; raises `SudoRefused` for a wrong password."""
        password = self._password.value if self._host.connection.become else None
        command = self._launch.command(password_follows=password is not None)
        process = subprocess.Popen(
            [SHELL, "-c", command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment(),
            start_new_session=True,  # Ctrl-C is for us; the agent learns of it from its input.
        )  # fmt: skip
        pipe = Pipe(
            ProcessStreams(process), host=self._host.name, user=who_sits_here(), python=self._launch.python
        )
        self._pipes.append(pipe)
        if password is not None:
            pipe.give_password(password)
        return pipe

    def learn_password(self) -> bool:
        """After `PasswordNeeded`: ask for the password; whether `start_agent` is worth another try."""
        return self._password.learn()

    def interactive(self, argv: Sequence[str]) -> int:
        """*argv* as root on this terminal; its exit status."""
        return subprocess.run([SHELL, "-c", self._launch.session(argv)], check=False).returncode

    def close(self) -> None:
        """Let go of what was started; it learns so from the end of its input."""
        for pipe in self._pipes:
            pipe.close()
