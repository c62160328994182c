"""A command of the shell in an app's environment: its user, directory, virtual environment, variables and limits."""

from __future__ import annotations

import secrets
import subprocess
import threading
from contextlib import contextmanager
from typing import Iterator, List

from deploytasks.agent.disk.entry import remove_entry, write_file
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.release.layout import Release
from deploytasks.agent.release.runtime.surroundings import COMMAND, Surroundings, surroundings_of
from deploytasks.agent.services import systemd
from deploytasks.agent.services.environment_file import encode_env

INNER = 'command=$%s; unset %s; eval "$command"' % (COMMAND, COMMAND)
SIGNALLED_SHELL = "trap : HUP INT TERM; /bin/sh -c '%s'; exit $?" % INNER
"""To systemd what HUP, INT, TERM or PIPE has ended has ended well; a shell says 128 and the number of the signal."""


@contextmanager
def execution(
    machine: Machine, release: Release, command: str, *, stdin: int, stdout: int, stderr: int
) -> Iterator[subprocess.Popen[bytes]]:
    """*command*, which runs beside *release*; it is stopped at the end of the block, and when the controller goes."""
    name = "deploytasks-run-" + secrets.token_hex(8)
    with _argv(machine, surroundings_of(machine, release), name, command) as argv:
        child = subprocess.Popen(
            argv, stdin=stdin, stdout=stdout, stderr=stderr, env=dict(machine.environment)
        )
        threading.Thread(target=_end_with_controller, args=(machine, name), daemon=True).start()
        try:
            yield child
        finally:
            if child.poll() is None:
                _stop(machine, name)
                child.terminate()
                child.wait()
            for stream in filter(None, (child.stdout, child.stderr)):
                stream.close()


@contextmanager
def _argv(machine: Machine, around: Surroundings, name: str, command: str) -> Iterator[List[str]]:
    """What runs *command*, which nobody sees who looks at processes or units."""
    options = ("--pipe", "--wait", "--unit", name + ".service")
    if not around.hands_on(machine):
        yield [*around.execute(machine, name, *options), "/bin/sh", "-c", command.replace("$", "$$")]
        return
    path = "/run/%s.env" % name
    write_file(
        machine.path(path),
        encode_env({COMMAND: command}).encode("utf-8", "surrogateescape"),
        {"mode": "0600"},
    )
    told = ("-p", "EnvironmentFile=" + path)
    try:
        yield [
            *around.execute(machine, name, *told, *options),
            "/bin/sh",
            "-c",
            SIGNALLED_SHELL.replace("$", "$$"),
        ]
    finally:
        remove_entry(machine.path(path))


def _end_with_controller(machine: Machine, name: str) -> None:
    machine.stop.wait()
    _stop(machine, name)


def _stop(machine: Machine, name: str) -> None:
    """Its unit outlives the client that started it."""
    systemd.try_stop(machine, name + ".service")
