"""A target: a local Docker container that is a whole Debian host with systemd and sshd, to deploy to."""

from __future__ import annotations

import io
import socket
import subprocess
import tarfile
import time
from collections.abc import Callable, Sequence
from dataclasses import field
from pathlib import Path, PurePosixPath

from docker.models.containers import Container

from deploytasks.agent.frozen import frozen
from deploytasks.errors import HostError, Unreachable
from deploytasks.targets.inside import Inside

USER = "deploy"
AUTHORIZED_KEYS = PurePosixPath("/home/deploy/.ssh/authorized_keys")
AUTHORIZE = f'umask 077; printf %s "$2" >> $1; chown {USER}: $1'
BOOT_DEADLINE_S = 60.0
STOP_TIMEOUT_S = 10


@frozen
class Target:
    """A running target; its ports and keys stay what they are for the life of its container."""

    name: str
    image: str
    ssh_port: int
    http_port: int
    https_port: int
    key_file: Path
    known_hosts: Path
    inventory: Path
    container: Container = field(repr=False, compare=False)
    inside: Inside = field(repr=False, compare=False)
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.http_port}/"

    @property
    def entry(self) -> str:
        """The line of an Ansible inventory that leads here."""
        return (
            f"{self.name} ansible_host={self.host} ansible_port={self.ssh_port} ansible_user={USER} "
            f"ansible_ssh_private_key_file={self.key_file} "
            f"ansible_ssh_common_args='-o UserKnownHostsFile={self.known_hosts}'"
        )

    def run(
        self, argv: Sequence[str], *, check: bool = True, user: str = "root"
    ) -> subprocess.CompletedProcess[str]:
        """Run *argv* inside, past SSH; `HostError` with its output if it fails and *check*."""
        done = self.inside.run(argv, user)
        stdout, stderr = (stream.decode(errors="replace") for stream in (done.stdout, done.stderr))
        if check and done.returncode:
            raise HostError(
                f"{self.name}: {' '.join(argv)}: exit {done.returncode}\n{stdout}{stderr}", self.name
            )
        return subprocess.CompletedProcess(list(argv), done.returncode, stdout, stderr)

    def put(self, path: PurePosixPath, content: bytes, *, mode: int = 0o644, uid: int = 0) -> None:
        """Write a file inside; its directory must be there."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            entry = tarfile.TarInfo(path.name)
            entry.size, entry.mode, entry.uid, entry.gid = len(content), mode, uid, uid
            tar.addfile(entry, io.BytesIO(content))
        self.container.put_archive(str(path.parent), archive.getvalue())

    def authorize(self, public_key: str) -> None:
        """Let the owner of *public_key* log in; keys that others added stay."""
        present = self.run(["cat", str(AUTHORIZED_KEYS)], check=False).stdout
        if public_key not in present:
            self.run(["sh", "-ec", AUTHORIZE, "sh", str(AUTHORIZED_KEYS), public_key])

    def keep_as(self, name: str) -> None:
        """The engine has an image of its disk as it is now, under a name such as `somebody:once`.

        What is in memory (`/run`) and in volumes (Docker's own files) is not of it.
        """
        self.container.commit(*name.split(":"))

    def restart(self) -> None:
        """As a reboot: `/run` is empty afterwards, and what is enabled starts by itself."""
        self.container.restart(timeout=STOP_TIMEOUT_S)
        self.wait_until_up()

    def wait_until_up(self) -> None:
        """Until systemd is `running` and sshd answers; `Unreachable` after a minute or if a unit failed."""
        deadline = time.monotonic() + BOOT_DEADLINE_S
        for ready in (self.has_booted, self.sshd_answers):
            wait_for(ready, deadline, self)

    def has_booted(self) -> bool:
        """Whether systemd has come to an end with starting units; one that failed is its owner's affair."""
        state = self.run(["systemctl", "is-system-running"], check=False).stdout.strip()
        return state in {"running", "degraded"}

    @property
    def host_keys(self) -> str:
        """The public keys of its sshd."""
        return self.run(["sh", "-c", "cat /etc/ssh/ssh_host_*_key.pub"]).stdout

    def sshd_answers(self) -> bool:
        try:
            with socket.create_connection((self.host, self.ssh_port), timeout=1) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False


def wait_for(ready: Callable[[], bool], deadline: float, target: Target) -> None:
    while not ready():
        if time.monotonic() > deadline:
            log = target.container.logs(tail=20).decode(errors="replace")
            raise Unreachable(
                f"{target.name}: not up in {BOOT_DEADLINE_S:.0f} s\n{log}"
                f"see docker logs {target.container.name}",
                target.name,
            )
        time.sleep(0.1)
