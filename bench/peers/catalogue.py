"""All peers, in the order of their turns."""

from __future__ import annotations

from bench.peer import Peer
from bench.peers.ansible.peer import CONFIGURATIONS
from bench.peers.deploytasks.peer import Deploytasks
from bench.peers.fabric.peer import Fabric
from bench.peers.floor.peer import Scp, Shell, Ssh
from bench.peers.pyinfra.peer import Pyinfra

CATALOGUE: tuple[Peer, ...] = (Ssh(), Scp(), Shell(), Deploytasks(), Pyinfra(), Fabric(), *CONFIGURATIONS)
PEERS = {peer.name: peer for peer in CATALOGUE}
