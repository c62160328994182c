"""A slow link, for ssh's ``ProxyCommand``: what either end says arrives late, and few bytes at a time.

``python slow_link.py HOST PORT``: standard input and output are joined to that port.
"""

from __future__ import annotations

import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable

LATE_S = 0.1
"""For each direction: a round trip takes twice that longer."""
BYTES_PER_S = 100_000
AT_ONCE = 4096
IN_FLIGHT = 64
Take = Callable[[int], bytes]
Give = Callable[[bytes], object]


def carry(take: Take, give: Give) -> None:
    """Until *take* has no more."""
    under_way: queue.Queue[tuple[float, bytes]] = queue.Queue(IN_FLIGHT)
    threading.Thread(target=send_off, args=(take, under_way), daemon=True).start()
    while True:
        arrives, some = under_way.get()
        if not some:
            return
        time.sleep(max(arrives - time.monotonic(), 0) + len(some) / BYTES_PER_S)
        give(some)


def send_off(take: Take, under_way: queue.Queue[tuple[float, bytes]]) -> None:
    some = b" "
    while some:
        some = take(AT_ONCE)
        under_way.put((time.monotonic() + LATE_S, some))


def main(host: str, port: str) -> None:
    with socket.create_connection((host, int(port))) as far:
        threading.Thread(target=carry, args=(lambda most: os.read(0, most), far.sendall), daemon=True).start()
        carry(far.recv, lambda some: os.write(1, some))


if __name__ == "__main__":
    main(*sys.argv[1:])
