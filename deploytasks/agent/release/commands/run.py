"""A command in the app's environment: its user, directory, virtual environment, variables and limits."""

from __future__ import annotations

import secrets
import subprocess
import threading
import time
from contextlib import contextmanager
from typing import Iterator, List

from deploytasks.agent.conversation.relay import Relay
from deploytasks.agent.disk.entry import read_entry, remove_entry, write_file
from deploytasks.agent.engine.events import Ended, LogLine, Outcome
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.layout import Release
from deploytasks.agent.release.questions import Run
from deploytasks.agent.release.runtime.environment import in_app_environment
from deploytasks.agent.release.runtime.in_container import has_containers, in_container
from deploytasks.agent.release.sandbox import restrictions
from deploytasks.agent.release.session import Session
from deploytasks.agent.services.environment_file import encode_env

COMMAND = "DEPLOYTASKS_COMMAND"
INNER = 'command=$%s; unset %s; eval "$command"' % (COMMAND, COMMAND)
CARRY_OUT = "trap : HUP INT TERM; /bin/sh -c '%s'; exit $?" % INNER
"""To systemd what HUP, INT, TERM or PIPE has ended has ended well; a shell says 128 and the number of the signal."""


def run(session: Session) -> Ended:
    """Run a command with /bin/sh beside the release that serves, and say what it prints.

    It is restricted as the app's own processes are. What it prints may be data, so nothing of the app's own environment
    is masked in it. It is stopped when the controller goes.
    """
    session.require_own()
    release, asked = session.require_release(), session.asked(Run)
    session.keep_secrets_of_services(release.app)
    name = "deploytasks-run-" + secrets.token_hex(8)
    with _argv(session.machine, release, name, asked.shell_command) as argv:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE if asked.reads else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if asked.verbatim else subprocess.STDOUT,
            env=dict(session.machine.environment),
        )
        threading.Thread(target=_end_with_controller, args=(session.machine, name), daemon=True).start()
        relay = Relay(session.inlet, session.outlet)
        relay.give(child)
        if asked.verbatim:
            relay.print(child)
        else:
            _print_lines(session, child, name)
        ended = child.wait()
    if ended:
        return Ended(Outcome.FAILED, failed=1, error="the command ended with %d" % ended, status=ended)
    return Ended(Outcome.OK, status=0)


def _print_lines(session: Session, child: "subprocess.Popen[bytes]", name: str) -> None:
    for line in child.stdout or ():
        if not _is_text(line):
            _stop(session.machine, name)
            raise StepError("it prints bytes that are no text; choose one host, without --json, to have them")
        session.outlet.say(LogLine("%.6f" % time.time(), "run", line.decode("utf-8").rstrip("\n")))


def _is_text(line: bytes) -> bool:
    try:
        return "\0" not in line.decode("utf-8")
    except UnicodeDecodeError:
        return False


@contextmanager
def _argv(machine: Machine, release: Release, name: str, command: str) -> Iterator[List[str]]:
    """What runs *command*, which nobody sees who looks at processes or units."""
    options = ("--pipe", "--wait", "--unit", name + ".service")
    if has_containers(machine, release) and not _takes_command(machine, release):
        yield [
            *in_container(release.app, release, name, *options),
            "/bin/sh",
            "-c",
            command.replace("$", "$$"),
        ]
        return
    path = "/run/%s.env" % name
    write_file(
        machine.path(path),
        encode_env({COMMAND: command}).encode("utf-8", "surrogateescape"),
        {"mode": "0600"},
    )
    told = ("-p", "EnvironmentFile=" + path, *options)
    shell = ["/bin/sh", "-c", CARRY_OUT.replace("$", "$$")]
    try:
        if has_containers(machine, release):
            yield [*in_container(release.app, release, name, *told), *shell]
        else:
            confined = restrictions(machine, release.app.name)
            yield [*in_app_environment(release.app, release, *confined, *told), *shell]
    finally:
        remove_entry(machine.path(path))


def _takes_command(machine: Machine, release: Release) -> bool:
    """Whether the program that starts *release*'s containers hands the command on; those of old releases do not."""
    program = read_entry(machine.path(release.container)) or {}
    return COMMAND in program.get("content", "")


def _end_with_controller(machine: Machine, name: str) -> None:
    machine.stop.wait()
    _stop(machine, name)


def _stop(machine: Machine, name: str) -> None:
    # systemd-run that is killed leaves its unit running.
    machine.ask(["systemctl", "stop", "--", name + ".service"])
