"""Holds packets back: ``python -m bench.hold ADDRESS GATEWAY MILLISECONDS``, in the host's network namespace.

The route to GATEWAY leads into a tun(4) device. What arrives there is sent on as it is through eth0, later.
TCP's ends are the peer and sshd themselves; a relay of connections would acknowledge for them, and be too kind.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time
from collections import deque

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
ETH_P_IP = 0x0800
DEVICE = "held"
LARGEST_PACKET = 65_536


def hold(address: str, gateway: str, delay_s: float) -> None:
    """Until the process is ended; the device and its route go with it."""
    tunnel = open_tunnel()
    hardware = hardware_address(gateway)
    ip("link", "set", DEVICE, "up")
    ip("route", "add", f"{gateway}/32", "dev", DEVICE, "src", address)
    line = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
    print("ready", flush=True)
    held: deque[tuple[float, bytes]] = deque()
    while True:
        wait_s = max(0.0, held[0][0] - time.monotonic()) if held else None
        readable, _, _ = select.select([tunnel], [], [], wait_s)
        if readable:
            held.append((time.monotonic() + delay_s, os.read(tunnel, LARGEST_PACKET)))
        while held and held[0][0] <= time.monotonic():
            packet = held.popleft()[1]
            if packet[0] >> 4 == 4:
                line.sendto(packet, ("eth0", ETH_P_IP, 0, 0, hardware))


def open_tunnel() -> int:
    tunnel = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tunnel, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    return tunnel


def hardware_address(gateway: str) -> bytes:
    """Of *gateway*, as eth0 knows it."""
    (neighbour, *_) = json.loads(ip("-json", "neigh", "show", gateway, "dev", "eth0"))
    return bytes.fromhex(neighbour["lladdr"].replace(":", ""))


def ip(*words: str) -> str:
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    hold(sys.argv[1], sys.argv[2], float(sys.argv[3]) / 1000)
