"""A command inside a container, all of whose output arrives.

An engine drops what it has not copied two seconds after a command's end, and on a busy machine that happens.
So the shell that runs the command stays until everything is here.
"""

from __future__ import annotations

import secrets
import shlex
import subprocess
from collections.abc import Sequence
from contextlib import closing

from docker.models.containers import Container
from docker.utils.socket import STDOUT, frames_iter

from deploytasks.errors import HostError

SHELL = """\
command=$DEPLOYTASKS_COMMAND end=$DEPLOYTASKS_END
unset DEPLOYTASKS_COMMAND DEPLOYTASKS_END
eval "(exec $command)" </dev/null
status=$?
printf %s "$end"
printf %s "$end$status " >&2
read -r _
"""
"""The command comes in a variable, so that no process but its own has its words among its arguments."""


def run_inside(
    container: Container, argv: Sequence[str], user: str = "root"
) -> subprocess.CompletedProcess[bytes]:
    """How *argv* ends inside *container*, with what it says; its standard input is empty.

    Raises `HostError` when the container ends meanwhile, and what the SDK raises when it does not run.
    """
    end = secrets.token_hex(16)
    engine = container.client
    if engine is None:
        raise HostError(f"{container.name}: there is no engine to ask")
    api = engine.api
    given = {"DEPLOYTASKS_COMMAND": shlex.join(argv), "DEPLOYTASKS_END": end}
    shell = api.exec_create(container.id, ["/bin/sh", "-c", SHELL], stdin=True, user=user, environment=given)
    stdout, stderr = bytearray(), bytearray()
    mark = end.encode()
    with closing(api.exec_start(shell["Id"], socket=True)) as stream:
        for source, piece in frames_iter(stream, tty=False):  # type: ignore[no-untyped-call]
            (stdout if source == STDOUT else stderr).extend(piece)
            if stdout.endswith(mark) and stderr.endswith(b" ") and mark in stderr:
                break
        else:
            raise HostError(f"{container.name}: {' '.join(argv)}: no end; does the container run?")
    errors, _, status = bytes(stderr).rpartition(mark)
    return subprocess.CompletedProcess(list(argv), int(status), bytes(stdout).removesuffix(mark), errors)
