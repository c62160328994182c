"""A peer at its hosts: it is given releases to deploy, and each run of it is measured and verified."""

from __future__ import annotations

import io
import shutil
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from bench import venvs, verify, wire
from bench.delivery import Delivery
from bench.host import Host
from bench.measure import Ended, measured
from bench.peer import Act, Order, Peer
from bench.places import LOGS, ROOT, STANDS
from bench.result import Run
from bench.scene import Case, Scene
from bench.source import Source
from bench.verify import Wrong

LIMIT_S = 900
"""A run that takes longer has failed."""

WATCHED = 3
"""On so many hosts each file is looked at; on the others it is what the peer tells."""

SYNCHRONIZED = "/srv/shop/shared/source"


@dataclass
class Stand:
    """*peer* deploys to *hosts* for *scene*; it knows which release it is at."""

    peer: Peer
    scene: Scene
    hosts: tuple[Host, ...]
    number: int = 0
    serving: str = ""
    previous: str = ""
    source: Source = field(init=False)

    def __post_init__(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self.source = Source(self.directory / "source", self.scene.case.files, self.scene.case.large_mb)

    @property
    def directory(self) -> Path:
        return STANDS / self.peer.name

    @property
    def release(self) -> str:
        return f"{self.scene.case.value}-{self.number:03}"

    def advance(self) -> None:
        """The source is of a new release."""
        self.number += 1
        self.source.write(self.release)
        if self.scene.case.delivery is not Delivery.FILE:
            self.source.archive(self.directory / "release.tar.gz")
        self.peer.prepare(self._order(self.release))

    def settle(self) -> None:
        """A release of the source serves, whatever served before; nothing of it is measured."""
        self.advance()
        self.deploy(Delivery.ARCHIVE)
        if self.scene.case is Case.NOOP:
            self._run(Act.REPEAT, self.release)
        if self.scene.case is Case.SYNC:
            for host in self.hosts:
                self._lay_out(host)

    def deploy(self, delivery: Delivery | None = None) -> Ended:
        """Deploy the source's release; it serves afterwards."""
        ended = self._run(Act.DEPLOY, self.release, delivery)
        if self.serving != self.release:
            self.previous, self.serving = self.serving, self.release
        return ended

    def repeat(self) -> Ended:
        """Deploy what serves; raises `Wrong` if it changes anything."""
        watched = self.hosts[:WATCHED]
        before = [verify.traces(host) for host in watched]
        ended = self._run(Act.REPEAT, self.release)
        if not self.peer.repeats:
            for host, traces in zip(watched, before, strict=True):
                verify.unchanged(host, traces)
        return ended

    def roll_back(self) -> Ended:
        """The release before the one that serves serves again."""
        ended = self._run(Act.ROLLBACK, self.previous)
        self.serving, self.previous = self.previous, ""
        return ended

    def figures(self, ended: Ended, sent: wire.Wire, number: int) -> Run:
        usage = ended.usage
        return Run(
            peer=self.peer.name,
            scene=self.scene,
            round=number,
            wall_s=round(usage.wall_s, 4),
            cpu_s=round(usage.cpu_s, 4),
            memory_mb=round(usage.memory_mb, 1),
            sent_kb=round(sent.bytes_sent / 1000, 1),
            executions=round(sent.executions / len(self.hosts), 2),
            changes=self.peer.changes(ended.output),
        )

    def _lay_out(self, host: Host) -> None:
        """What a peer synchronizes lies there, but for the one file that is about to differ."""
        host.target.run(["apt-get", "-qq", "install", "-y", "rsync"])
        host.target.run(["mkdir", "-p", f"{SYNCHRONIZED}"])
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as tar:
            tar.add(self.source.directory, arcname=".", filter=owned_by_root)
        host.target.container.put_archive(SYNCHRONIZED, content.getvalue())

    def _run(self, act: Act, release: str, delivery: Delivery | None = None) -> Ended:
        order = self._order(release, delivery)
        self.peer.prepare(order)
        log = LOGS / f"{self.peer.name}-{self.scene.case.value}-{self.scene.hosts}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        ended = measured(self.peer.command(order, act), log, LIMIT_S)
        if ended.exit_code:
            told = f"{act.value} ended with {ended.exit_code}: {last_line(ended.output)}"
            raise Wrong(f"{told}\nsee {log.relative_to(ROOT)}")
        if self.peer.deploys:
            for host in self.hosts:
                verify.serves(host, release)
        return ended

    def _order(self, release: str, delivery: Delivery | None = None) -> Order:
        return Order(
            directory=self.directory,
            venv=venvs.venv(self.peer.venv),
            hosts=self.hosts,
            release=release,
            source=self.source.directory,
            large=self.source.large,
            archive=self.directory / "release.tar.gz",
            delivery=delivery or self.scene.case.delivery,
        )


def last_line(output: str) -> str:
    return output.rstrip().rpartition("\n")[2]


def owned_by_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry
