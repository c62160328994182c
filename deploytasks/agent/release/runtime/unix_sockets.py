"""Who is connected to a unix socket.

The kernel is asked for sockets by the file that they are bound to (sock_diag(7)). Their names tell nothing: anybody may
give a socket a name with a newline and a row of its own in it, which is then a row of ``/proc/net/unix`` (proc(5)); and
whoever may make name spaces has a path of their own that is called like ours. That table is read of the network of a
container, where connections to a server in it are, and where the kernel has no such answer.
"""

from __future__ import annotations

import os
import socket
import struct
from typing import Dict, Iterator, NamedTuple, Tuple

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.regex import regex

HEADER = struct.Struct("=IHHII")
"""Length, type, flags, number, port (netlink(7))."""
ASKED = struct.Struct("=BBHIIIII")
"""Family, protocol, padding, states, inode, what to tell, cookie (sock_diag(7), ``unix_diag_req``)."""
TOLD_BYTES = 16
"""The part of an answer that is always there: family, type, state, inode, cookie."""
ATTRIBUTE = struct.Struct("=HH")
PAIR = struct.Struct("=II")
SOCK_DIAG, BY_FAMILY, EVERY = 4, 20, 0x301
ERROR, END = 2, 3
ESTABLISHED, LISTEN = 1, 10
ANY = 0xFFFFFFFF
FILE, WAITING = 1, 4
TELL = 0x2 | 0x10
"""The file, and how many wait to be accepted: of these there is no answer of their own."""
ANSWER_BYTES, ANSWER_S = 1 << 16, 1.0
ROW = regex(r"[0-9a-f]+: [0-9A-F]{8} [0-9A-F]{8} ([0-9A-F]{8}) [0-9A-F]{4} [0-9A-F]{2} +\d+ (.+)\n?")
IS_LISTENING = 0x10000


class Bound(NamedTuple):
    """A socket that is bound to the file of that inode on that device; *waiting* have not been accepted yet."""

    listens: bool
    file: Tuple[int, int]
    waiting: int


def connections(path: str) -> int:
    """How many connections the socket at *path* has, waiting ones included."""
    try:
        found = os.stat(path)
    except OSError:
        return 0
    try:
        ours = [bound for bound in _all_bound() if bound.file == _file_of(found)]
    except OSError:
        ours = list(_in_table(path, "/proc/net/unix"))
    if not ours:
        tables = (process + "/net/unix" for process in _one_of_each_network())
        ours = [bound for table in tables for bound in _in_table(path, table)]
    return sum(bound.waiting if bound.listens else 1 for bound in ours)


def _file_of(found: os.stat_result) -> Tuple[int, int]:
    """Its inode and its device, as the kernel numbers both within itself."""
    return found.st_ino & 0xFFFFFFFF, os.major(found.st_dev) << 20 | os.minor(found.st_dev)


def _all_bound() -> Iterator[Bound]:
    """The sockets of this network that listen or are connected; ``OSError`` where the kernel does not tell."""
    states = 1 << ESTABLISHED | 1 << LISTEN
    question = ASKED.pack(socket.AF_UNIX, 0, 0, states, 0, TELL, ANY, ANY)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, SOCK_DIAG) as kernel:
        kernel.settimeout(ANSWER_S)
        kernel.send(HEADER.pack(HEADER.size + len(question), BY_FAMILY, EVERY, 1, 0) + question)
        while True:
            for kind, told in _split(HEADER, kernel.recv(ANSWER_BYTES)):
                if kind == END:
                    return
                if kind == ERROR:
                    raise OSError("the kernel does not tell of unix sockets")
                yield _bound(told)


def _bound(told: bytes) -> Bound:
    facts: Dict[int, bytes] = dict(_split(ATTRIBUTE, told[TOLD_BYTES:]))
    inode, device = PAIR.unpack(facts[FILE]) if FILE in facts else (0, 0)
    waiting, _ = PAIR.unpack(facts[WAITING])
    return Bound(told[2] == LISTEN, (inode, device), waiting)


def _split(head: struct.Struct, told: bytes) -> Iterator[Tuple[int, bytes]]:
    """The kind and the body of each part; a head begins with the length and the kind, parts begin at fours."""
    while told:
        length, kind = head.unpack_from(told)[:2]
        yield kind, told[head.size : length]
        told = told[(length + 3) & ~3 :]


def _in_table(path: str, table: str) -> Iterator[Bound]:
    """What a table of proc(5) has of *path*; nothing of a process that is gone."""
    try:
        with reading(table, errors="surrogateescape") as file:
            rows = list(map(ROW.fullmatch, file))
    except OSError:
        return
    yield from (_of_row(row.group(1)) for row in rows if row and row.group(2) == path)


def _of_row(flags: str) -> Bound:
    return Bound(listens=bool(int(flags, 16) & IS_LISTENING), file=(0, 0), waiting=0)


def _one_of_each_network() -> Iterator[str]:
    """A process in each network namespace of this machine, as its directory below /proc."""
    found: Dict[int, str] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            found.setdefault(os.stat("/proc/%s/ns/net" % name).st_ino, "/proc/" + name)
        except OSError:
            continue
    return iter(found.values())
