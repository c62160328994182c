"""A command in the app's environment: its user, directory, virtual environment, variables and limits."""

from __future__ import annotations

import secrets
import subprocess
import threading
import time
from contextlib import contextmanager
from typing import Iterator, List

from deploytasks.agent.app.environment import in_app_environment
from deploytasks.agent.app.in_container import has_containers, in_container
from deploytasks.agent.app.sandbox import restrictions
from deploytasks.agent.conversation.events import Ended, LogLine, Outcome
from deploytasks.agent.files.entry import remove_entry, write_file
from deploytasks.agent.layout import Release
from deploytasks.agent.machine import Machine
from deploytasks.agent.resource import StepError
from deploytasks.agent.session import Session
from deploytasks.agent.system.environment_file import encode_env

COMMAND = "DEPLOYTASKS_COMMAND"
CARRY_OUT = 'command=$%s; unset %s; eval "$command"' % (COMMAND, COMMAND)


def run(session: Session) -> Ended:
    """Run ``shell_command`` with /bin/sh beside the release that serves, and say what it prints.

    It is restricted as the app's own processes are. What it prints may be data, so nothing of the app's own environment
    is masked in it. It is stopped when the controller goes.
    """
    release = session.require_release()
    session.keep_secrets_of_services(release.app)
    name = "deploytasks-run-" + secrets.token_hex(8)
    with _argv(session.machine, release, name, session.opening["shell_command"]) as argv:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(session.machine.environment),
        )
        threading.Thread(target=_end_with_controller, args=(session.machine, name), daemon=True).start()
        for line in child.stdout or ():
            text = line.decode("utf-8", "replace").rstrip("\n")
            session.outlet.say(LogLine("%.6f" % time.time(), "run", text))
        ended = child.wait()
    if ended:
        raise StepError("the command ended with %d" % ended)
    return Ended(Outcome.OK)


@contextmanager
def _argv(machine: Machine, release: Release, name: str, command: str) -> Iterator[List[str]]:
    """What runs *command*; but in a container nobody who looks at processes or units sees it."""
    options = ("--pipe", "--wait", "--unit", name + ".service")
    if has_containers(machine, release):
        shell = ["/bin/sh", "-c", command.replace("$", "$$")]
        yield [*in_container(release.app, release, name, *options), *shell]
        return
    path = "/run/%s.env" % name
    write_file(machine.path(path), encode_env({COMMAND: command}).encode("utf-8"), {"mode": "0600"})
    try:
        told = (*restrictions(machine, release.app.name), "-p", "EnvironmentFile=" + path)
        shell = ["/bin/sh", "-c", CARRY_OUT.replace("$", "$$")]
        yield [*in_app_environment(release.app, release, *told, *options), *shell]
    finally:
        remove_entry(machine.path(path))


def _end_with_controller(machine: Machine, name: str) -> None:
    # systemd-run that is killed leaves its unit running.
    machine.stop.wait()
    machine.ask(["systemctl", "stop", "--", name + ".service"])
