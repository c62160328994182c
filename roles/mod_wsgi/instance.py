"""Runs one instance: Apache with mod_wsgi, and the bridge that leads the instance's socket to Apache's port.

``python instance.py CONFIGURATION MODULE HOST PORT DESCRIPTOR``: DESCRIPTOR is the listening socket, MODULE may be
a pattern. Neither of the two outlives the other, so whoever supervises this process supervises both.
A copy of this file lies in the release: standard library only, Python 3.8.
"""

from __future__ import annotations

import contextlib
import glob
import os
import resource
import signal
import socket
import sys
import tempfile
import time

APACHE = "/usr/sbin/apache2"
BRIDGE = "/lib/systemd/systemd-socket-proxyd"
FIRST_FD = 3
"""Where handed-over sockets begin (sd_listen_fds(3))."""
LOOK_AGAIN_S = 0.05


def main(configuration: str, pattern: str, host: str, port: str, descriptor: str) -> int:
    """Its exit status: 0 when it ended because it was told to."""
    os.set_inheritable(int(descriptor), False)
    with tempfile.TemporaryDirectory(prefix="apache-") as directory:
        apache = start_apache(configuration, APACHE_RUN_DIR=directory, MOD_WSGI=module_at(pattern))
        told_to_end = pass_signals_on(apache)
        wait_until_it_listens(apache, host, int(port))
        start_bridge(int(descriptor), f"{host}:{port}")
        ended, _ = os.wait()
        end_all_others()
    if ended == apache and told_to_end:
        return 0
    sys.stderr.write(f"{APACHE if ended == apache else BRIDGE} ended by itself\n")
    return 1


def module_at(pattern: str) -> str:
    """The only file that *pattern* fits."""
    found = glob.glob(pattern)
    if len(found) != 1:
        sys.exit(f"{pattern}: {len(found)} files; expected one: was mod_wsgi installed?")
    return found[0]


def start_apache(configuration: str, **more: str) -> int:
    """Without the socket, which would be passed on to the app."""
    words = [APACHE, "-f", configuration, "-DFOREGROUND"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("LISTEN_")}
    return os.spawnve(os.P_NOWAIT, APACHE, words, {**own, **more})  # noqa: S606 - no shell is wanted


def pass_signals_on(apache: int) -> list[int]:
    """SIGTERM lets Apache finish its requests and end, SIGHUP renew its processes; returns the former ones."""
    received: list[int] = []

    def finish(number: int, _: object) -> None:
        received.append(number)
        tell(signal.SIGWINCH)

    def tell(number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(apache, number)

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGHUP, lambda *_: tell(signal.SIGUSR1))
    return received


def wait_until_it_listens(apache: int, host: str, port: int) -> None:
    """Connections that came before wait in the instance's own socket."""
    with socket.socket() as connection:
        while connection.connect_ex((host, port)):
            if os.waitpid(apache, os.WNOHANG)[0]:
                sys.exit(f"{APACHE} did not start")
            time.sleep(LOOK_AGAIN_S)


def start_bridge(descriptor: int, address: str) -> None:
    if os.fork():
        return
    try:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (hard := resource.getrlimit(resource.RLIMIT_NOFILE)[1], hard)
        )
        os.dup2(descriptor, FIRST_FD)
        os.set_inheritable(FIRST_FD, True)
        handed_over = {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
        words = [BRIDGE, "--connections-max=4096", address]
        os.execve(BRIDGE, words, {**os.environ, **handed_over})  # noqa: S606 - no shell is wanted
    finally:
        os._exit(127)


def end_all_others() -> None:
    """All processes of this group are Apache's or the bridge's."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    with contextlib.suppress(ChildProcessError):
        os.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
