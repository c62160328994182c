"""A command inside a container, all of whose output arrives.

An engine drops what it has not copied two seconds after a command's end, and on a busy machine that happens.
So the shell that runs the command stays until everything is here. And it begins when it is told to: the SDK hands the
connection over without what it has read beyond the head of the engine's answer, where a quick command's words would be.
"""

from __future__ import annotations

import os
import secrets
import select
import shlex
import struct
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from docker.api.client import APIClient
from docker.models.containers import Container

from deploytasks.errors import HostError

SHELL = """\
read -r _
command=$DEPLOYTASKS_COMMAND end=$DEPLOYTASKS_END
unset DEPLOYTASKS_COMMAND DEPLOYTASKS_END
eval "(exec $command)" </dev/null
status=$?
printf %s "$end"
printf %s "$end$status " >&2
read -r _
"""
"""The command comes in a variable, so that no process but its own has its words among its arguments."""

FRAME = struct.Struct(">BxxxL")
"""Which stream, and how many bytes of it follow (Docker Engine API, "Attach to a container", stream format)."""
STDOUT = 1
BEGIN = b"\n"
LOOK_AGAIN_S = 2.0
KILLED = 137
"""The exit status of a shell's child that SIGKILL ended."""


def run_inside(
    container: Container, argv: Sequence[str], user: str = "root"
) -> subprocess.CompletedProcess[bytes]:
    """How *argv* ends inside *container*, with what it says; its standard input is empty.

    One that is killed together with its shell, as when its container ends or has just begun to boot, ends with 137.
    Raises what the SDK raises for a container that does not run.
    """
    if container.client is None:
        raise HostError(f"{container.name}: there is no engine to ask")
    api = container.client.api
    mark = secrets.token_hex(16).encode()
    given = {"DEPLOYTASKS_COMMAND": shlex.join(argv), "DEPLOYTASKS_END": mark.decode()}
    shell = api.exec_create(container.id, ["/bin/sh", "-c", SHELL], stdin=True, user=user, environment=given)
    stdout, stderr = bytearray(), bytearray()
    with closing(_begun(api, shell["Id"])) as stream:
        for source, piece in _frames(api, shell["Id"], stream):
            (stdout if source == STDOUT else stderr).extend(piece)
            if stdout.endswith(mark) and stderr.endswith(b" ") and mark in stderr:
                errors, _, status = bytes(stderr).rpartition(mark)
                said = bytes(stdout).removesuffix(mark)
                return subprocess.CompletedProcess(list(argv), int(status), said, errors)
    return subprocess.CompletedProcess(list(argv), KILLED, bytes(stdout), bytes(stderr))


def _begun(api: APIClient, shell: str) -> Any:
    """The connection to *shell*, which begins now."""
    stream: Any = api.exec_start(shell, socket=True)
    os.write(stream.fileno(), BEGIN)
    return stream


def _frames(api: APIClient, shell: str, stream: Any) -> Iterator[tuple[int, bytes]]:
    while head := _exactly(api, shell, stream, FRAME.size):
        source, size = FRAME.unpack(head)
        yield source, _exactly(api, shell, stream, size)


def _exactly(api: APIClient, shell: str, stream: Any, size: int) -> bytes:
    """*size* bytes; none when *shell* has ended before."""
    read = b""
    while len(read) < size:
        while not select.select([stream], [], [], LOOK_AGAIN_S)[0]:
            if not api.exec_inspect(shell)["Running"]:
                return b""
        piece = stream.read(size - len(read))
        if not piece:
            return b""
        read += piece
    return read
