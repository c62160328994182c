"""Commands inside a container, run by a small program that stays there.

An exec of the engine costs a twentieth of a second of processor, and the engine drops what it has not copied two
seconds after a command's end. So one exec serves many commands, and answers each with all that it said.
"""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from docker.api.client import APIClient
from docker.models.containers import Container

from deploytasks.errors import HostError

PROGRAM = """\
import json, os, subprocess, sys

def run(argv, streams):
    try:
        status = subprocess.call(argv, stdin=subprocess.DEVNULL, stdout=streams[0], stderr=streams[1])
    except OSError as error:
        os.write(streams[1], (str(error) + "\\n").encode())
        return 127
    return status if status >= 0 else 128 - status

os.environ.pop("LC_CTYPE", None)  # Python's own doing (PEP 538)
for line in sys.stdin:
    streams = [os.memfd_create(name) for name in ("stdout", "stderr")]
    status = run(json.loads(line), streams)
    said = [os.pread(stream, os.fstat(stream).st_size, 0) for stream in streams]
    for stream in streams:
        os.close(stream)
    head = json.dumps([status, *map(len, said)]).encode() + b"\\n"
    sys.stdout.buffer.write(head + b"".join(said))
    sys.stdout.buffer.flush()
"""
"""A line in is a command as a JSON list; out come its exit status and the sizes of what it said, then that.

Streams are memory, no pipes: what a command leaves running may hold them, and nobody waits for it.
"""

FRAME = struct.Struct(">BxxxL")
"""Which stream, and how many bytes of it follow (Docker Engine API, "Attach to a container", stream format)."""
STDOUT = 1
LOOK_AGAIN_S = 2.0
KILLED = 137
"""The exit status of a shell's child that SIGKILL ended."""


class Ended(Exception):
    """The program inside is no more."""


class Inside:
    """The inside of *container*, where commands run, by several threads at once if need be."""

    def __init__(self, container: Container) -> None:
        if container.client is None:
            raise HostError(f"{container.name}: there is no engine to ask")
        self._api: APIClient = container.client.api
        self._container = str(container.id)
        self._idle: dict[str, list[Helper]] = defaultdict(list)

    def run(self, argv: Sequence[str], user: str = "root") -> subprocess.CompletedProcess[bytes]:
        """How *argv* ends, with what it says; its standard input is empty.

        One that is killed together with its container ends with 137. Raises what the SDK raises for a container
        that does not run.
        """
        helper = self._idle_one(user) or Helper(self._api, self._container, user)
        try:
            done = helper.run(argv)
        except (Ended, OSError):
            helper.close()
            return subprocess.CompletedProcess(list(argv), KILLED, b"", b"")
        self._idle[user].append(helper)
        return done

    def _idle_one(self, user: str) -> Helper | None:
        while self._idle[user]:
            helper = self._idle[user].pop()
            if helper.lives:
                return helper
            helper.close()
        return None


class Helper:
    """One program inside, as *user*, that runs one command after the other."""

    def __init__(self, api: APIClient, container: str, user: str) -> None:
        exec_ = api.exec_create(container, ["python3", "-c", PROGRAM], stdin=True, user=user)
        self._api, self._exec = api, exec_["Id"]
        self._stream: Any = api.exec_start(self._exec, socket=True)
        self._heard = b""

    def run(self, argv: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        """How *argv* ends; raises ``Ended``, or ``OSError``, when the program does before."""
        self._say(json.dumps(list(argv)).encode() + b"\n")
        while b"\n" not in self._heard:
            self._hear()
        head, _, self._heard = self._heard.partition(b"\n")
        status, *sizes = json.loads(head)
        stdout, stderr = map(self._heard_in_all, sizes)
        return subprocess.CompletedProcess(list(argv), status, stdout, stderr)

    @property
    def lives(self) -> bool:
        """It says nothing unasked: what is there to be read is its end."""
        return not select.select([self._stream], [], [], 0)[0]

    def close(self) -> None:
        self._stream.close()

    def _say(self, words: bytes) -> None:
        while words:
            words = words[os.write(self._stream.fileno(), words) :]

    def _heard_in_all(self, size: int) -> bytes:
        while len(self._heard) < size:
            self._hear()
        heard, self._heard = self._heard[:size], self._heard[size:]
        return heard

    def _hear(self) -> None:
        source, size = FRAME.unpack(self._exactly(FRAME.size))
        piece = self._exactly(size)
        if source == STDOUT:
            self._heard += piece

    def _exactly(self, size: int) -> bytes:
        read = b""
        while len(read) < size:
            while not select.select([self._stream], [], [], LOOK_AGAIN_S)[0]:
                if not self._api.exec_inspect(self._exec)["Running"]:
                    raise Ended
            piece = self._stream.read(size - len(read))
            if not piece:
                raise Ended
            read += piece
        return read
