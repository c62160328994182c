"""Plays a scene: the peers take turns, A B C A B C, and each run is measured."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import docker

from bench import fleet, idle, images, wire
from bench.delay import delayed
from bench.host import Host
from bench.measure import Ended
from bench.peer import Peer
from bench.peers.catalogue import PEERS
from bench.result import Failure, Run
from bench.scene import Case, Scene
from bench.stand import Stand
from bench.verify import Wrong
from deploytasks.errors import DeployError

FLOOR = PEERS["ssh"]
LARGEST_CROWD = 80
"""How many targets are up at once, at most; each takes 60 to 100 MB."""

LONG_S = 300
"""A run that takes longer is not repeated."""

TROUBLE = (Wrong, DeployError, OSError, subprocess.SubprocessError)
Entry = Run | Failure


@dataclass
class Stage:
    """The engine, the bare image, and an image for each peer whose job has been done once."""

    client: docker.DockerClient
    bare: str
    done: dict[str, str] = field(default_factory=dict)
    delays: set[str] = field(default_factory=set)

    def play(self, scene: Scene, peers: Sequence[Peer], rounds: int) -> Iterator[Entry]:
        """The runs of *scene*, one by one; or why a peer has none."""
        if scene.case is Case.IDLE:
            yield from idle.starts(scene, peers, rounds)
            return
        able = [peer for peer in peers if can_play(peer, scene)]
        if scene.case is Case.FIRST:
            yield from self._first_runs(scene, able, rounds)
        else:
            for group in groups(able, scene.hosts):
                yield from self._turns(scene, group, rounds)

    def _first_runs(self, scene: Scene, peers: Iterable[Peer], rounds: int) -> Iterator[Entry]:
        """Each on a new host."""
        for number in range(1, rounds + 1):
            for peer in peers:
                with_hosts = self._hosts(peer, scene.hosts, self.bare)
                stand = Stand(peer, scene, with_hosts)
                stand.advance()
                yield attempt(stand, number, stand.deploy)
                fleet.take_down(host.name for host in with_hosts)

    def _turns(self, scene: Scene, peers: Sequence[Peer], rounds: int) -> Iterator[Entry]:
        stands, failures = self._stands(scene, peers)
        yield from failures
        hosts = tuple({host.name: host for stand in stands for host in stand.hosts}.values())
        with delayed(hosts, scene.rtt_ms) as means:
            self.delays |= {means} - {""}
            for number in range(1, rounds + 1):
                for stand in list(stands):
                    entry = turn(stand, number)
                    yield entry
                    if isinstance(entry, Failure) or entry.wall_s > LONG_S:
                        stands.remove(stand)
        fleet.take_down(host.name for host in hosts)

    def _stands(self, scene: Scene, peers: Sequence[Peer]) -> tuple[list[Stand], list[Failure]]:
        """A stand for each peer, at hosts where its job is done; the floor shares those of another."""
        stands: list[Stand] = []
        failures: list[Failure] = []
        for peer in sorted(peers, key=lambda peer: not peer.deploys):
            shared = stands[-1].hosts if stands and not peer.deploys else ()
            try:
                hosts = shared or self._hosts(peer, scene.hosts, self._image(peer))
            except TROUBLE as error:
                failures.append(Failure(peer.name, scene, str(error)))
                continue
            try:
                stands.append(settled(peer, scene, hosts))
            except TROUBLE as error:
                failures.append(Failure(peer.name, scene, str(error)))
                if not shared:
                    fleet.take_down(host.name for host in hosts)
        return sorted(stands, key=lambda stand: peers.index(stand.peer)), failures

    def _image(self, peer: Peer) -> str:
        """Where *peer*'s job has been done."""
        if not peer.deploys:
            return self.bare
        if peer.name not in self.done:
            scene = Scene(Case.FIRST)
            (host,) = self._hosts(peer, 1, self.bare)
            try:
                settled(peer, scene, (host,))
                self.done[peer.name] = images.done(host.target, peer.name)
            finally:
                fleet.take_down([host.name])
        return self.done[peer.name]

    def _hosts(self, peer: Peer, count: int, image: str) -> tuple[Host, ...]:
        return fleet.up(self.client, peer.name, count, image)

    def clear(self) -> None:
        """Nothing is left of it but the bare image."""
        fleet.take_all_down()
        for peer in self.done:
            images.forget(self.client, peer)


def can_play(peer: Peer, scene: Scene) -> bool:
    """Whether *peer* can bring the source as *scene* wants it, and is measured with so many hosts."""
    return scene.case.delivery in peer.deliveries and scene.hosts <= peer.most_hosts


def groups(peers: Sequence[Peer], hosts: int) -> Iterator[list[Peer]]:
    """All peers at once, if so many targets find room; else one after the other, each with the floor."""
    if len(peers) * hosts <= LARGEST_CROWD:
        yield list(peers)
    else:
        floors = [peer for peer in peers if not peer.deploys]
        for peer in peers:
            if peer.deploys:
                yield [*floors, peer]


def settled(peer: Peer, scene: Scene, hosts: tuple[Host, ...]) -> Stand:
    stand = Stand(peer, scene, hosts)
    stand.settle()
    return stand


def turn(stand: Stand, number: int) -> Entry:
    """One run of one peer; what has to come before is not measured."""
    if stand.scene.case is Case.NOOP:
        return attempt(stand, number, stand.repeat)
    stand.advance()
    if stand.scene.case is not Case.ROLLBACK:
        return attempt(stand, number, stand.deploy)
    try:
        stand.deploy()
    except TROUBLE as error:
        return Failure(stand.peer.name, stand.scene, str(error))
    return attempt(stand, number, stand.roll_back)


def attempt(stand: Stand, number: int, act: Callable[[], Ended]) -> Entry:
    """The figures of *act*, unless it or its verification fails."""
    try:
        before = wire.counted(stand.hosts)
        ended = act()
        return stand.figures(ended, wire.counted(stand.hosts) - before, number)
    except TROUBLE as error:
        return Failure(stand.peer.name, stand.scene, str(error))
