"""A command in the app's environment: its user, directory, virtual environment, variables and limits."""

from __future__ import annotations

import secrets
import subprocess
import threading
import time
from typing import List

from deploytasks.agent.app.environment import in_app_environment
from deploytasks.agent.app.in_container import has_containers, in_container
from deploytasks.agent.conversation.events import Ended, LogLine, Outcome
from deploytasks.agent.layout import Release
from deploytasks.agent.machine import Machine
from deploytasks.agent.resource import StepError
from deploytasks.agent.session import Session


def run(session: Session) -> Ended:
    """Run ``shell_command`` with /bin/sh beside the release that serves, and say what it prints.

    It may be data, so nothing of the app's own environment is masked in it. It is stopped when the controller goes.
    """
    release = session.require_release()
    session.keep_secrets_of_services(release.app)
    name = "deploytasks-run-" + secrets.token_hex(8)
    unit = name + ".service"
    argv = _argv(session.machine, release, name, "--pipe", "--wait", "--unit", unit)
    child = subprocess.Popen(
        [*argv, "/bin/sh", "-c", session.opening["shell_command"].replace("$", "$$")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(session.machine.environment),
    )
    threading.Thread(target=_end_with_controller, args=(session.machine, unit), daemon=True).start()
    for line in child.stdout or ():
        session.outlet.say(LogLine("%.6f" % time.time(), "run", line.decode("utf-8", "replace").rstrip("\n")))
    if child.wait():
        raise StepError("the command ended with %d" % child.returncode)
    return Ended(Outcome.OK)


def _argv(machine: Machine, release: Release, name: str, *options: str) -> List[str]:
    if has_containers(machine, release):
        return in_container(release.app, release, name, *options)
    return in_app_environment(release.app, release, *options)


def _end_with_controller(machine: Machine, unit: str) -> None:
    # systemd-run that is killed leaves its unit running.
    machine.stop.wait()
    machine.ask(["systemctl", "stop", "--", unit])
