"""The floors: an empty command over SSH, a file by scp, and the job as one shell script over one SSH."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from bench.delivery import Delivery
from bench.host import Host
from bench.peer import FORKS, Act, Command, Order
from bench.places import JOB

HERE = Path(__file__).parent
PARTS = {
    "@GUNICORN@\n": "gunicorn.conf.py",
    "@SERVICE@\n": "shop.service",
    "@NGINX@\n": "shop.nginx",
    "@ANSWERS@\n": "answers.sh",
}


@dataclass(frozen=True)
class Floor:
    """Programs of every machine: there is neither a virtual environment nor a project."""

    venv: str = ""
    most_hosts: int = 100
    deploys: bool = False
    repeats: bool = False

    def prepare(self, order: Order) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Ssh(Floor):
    """``ssh HOST true``: what one SSH command costs."""

    name: str = "ssh"
    deliveries: frozenset[Delivery] = frozenset(Delivery)

    def command(self, order: Order, act: Act) -> Command:
        """One command for each host."""
        del act
        return on_all(order, ["true"])

    def changes(self, output: str) -> int | None:
        """None at all."""
        del output
        return 0


@dataclass(frozen=True)
class Scp(Floor):
    """``scp FILE HOST:``: what it costs to bring one large file."""

    name: str = "scp"
    deliveries: frozenset[Delivery] = frozenset({Delivery.FILE})

    def command(self, order: Order, act: Act) -> Command:
        """To the first host, into the home of who logs in."""
        del act
        program, *options, login = order.hosts[0].ssh
        del program
        return Command(["scp", "-q", *options, str(order.large), f"{login}:large.bin"], order.directory)

    def changes(self, output: str) -> int | None:
        """One file."""
        del output
        return 1


@dataclass(frozen=True)
class Shell(Floor):
    """One idempotent script over one SSH; the archive is its standard input, if there is a new one."""

    name: str = "shell"
    deliveries: frozenset[Delivery] = frozenset({Delivery.ARCHIVE})
    deploys: bool = True

    def command(self, order: Order, act: Act) -> Command:
        """The script is an argument: it travels with the command."""
        stdin = order.archive if act is Act.DEPLOY else Path("/dev/null")
        return on_all(order, self._words(order, act), stdin)

    def changes(self, output: str) -> int | None:
        """The sum of all hosts' last lines."""
        told = re.findall(r"^changes: (\d+)$", output, re.MULTILINE)
        return sum(map(int, told)) if told else None

    def _words(self, order: Order, act: Act) -> list[str]:
        name = "rollback.sh" if act is Act.ROLLBACK else "setup.sh"
        return ["sudo", "-n", "bash", "-c", script(name), name, order.release]


def script(name: str) -> str:
    """A script with the files of the job in it."""
    text = (HERE / name).read_text(encoding="utf-8")
    for mark, part in PARTS.items():
        text = text.replace(mark, (JOB / part).read_text(encoding="utf-8"))
    return text


def on_all(order: Order, words: list[str], stdin: Path = Path("/dev/null")) -> Command:
    """One host is reached directly, many by xargs(1), some at a time."""
    if len(order.hosts) == 1:
        return Command([*order.hosts[0].ssh, shlex.join(words)], order.directory, stdin=stdin)
    write_commands(order, words, stdin)
    files = [str(order.directory / f"{host.name}.sh") for host in order.hosts]
    (order.directory / "hosts").write_text("\n".join(files))
    return Command(["xargs", "-a", "hosts", "-P", str(FORKS), "-n", "1", "sh"], order.directory)


def write_commands(order: Order, words: list[str], stdin: Path = Path("/dev/null")) -> None:
    for host in order.hosts:
        (order.directory / f"{host.name}.sh").write_text(line(host, words, stdin))


def line(host: Host, words: list[str], stdin: Path) -> str:
    """A script that does *words* on one host."""
    return f"exec {shlex.join([*host.ssh, shlex.join(words)])} <{shlex.quote(str(stdin))}\n"
