"""What an app cannot do to root, and what it cannot see of others, from a shell in its sandbox."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.e2e.asking import ask
from tests.e2e.controller import wait_for
from tests.e2e.project import Project
from tests.inv import INV

ROUNDS = int(os.environ.get("RACES", "5"))
"""Deploys while the app exchanges a directory that root is about to give it; ``make test-races`` has 200."""
EXCHANGES = """

import ctypes
import threading

shared = "/srv/racer/shared/"
libc = ctypes.CDLL(None, use_errno=True)


def exchange():
    link, data = (shared + name for name in ("link", "data"))
    if not os.path.lexists(link):
        os.symlink("/etc/shadow", link)
    while True:
        libc.syscall(316, -100, data.encode(), -100, link.encode(), 2)


threading.Thread(target=exchange, daemon=True).start()
"""
"""renameat2(2) with RENAME_EXCHANGE, on x86_64."""
LOOK = """
tried() { "$@" >/dev/null 2>&1 && echo "$*"; }
tried ls /srv/one
tried cat /srv/one/current/code/app.py
tried ls /srv/one/shared
tried cat /srv/one/shared/data/upload
tried cat /srv/one/current/env
tried ls /var/log/one
tried ls /var/lib/deploytasks
tried ls /var/cache/deploytasks
tried ls /proc/1
tried cat /etc/shadow
tried touch /srv/one/planted
tried touch /etc/planted
tried python3 -c 'import glob, socket; socket.socket(socket.AF_UNIX).connect(glob.glob("/run/one/current.sock")[0])'
journalctl --no-pager -n 1 -t one 2>/dev/null | grep -v 'No journal files\\|-- '
ps -eo user= | grep -v "^other"
true
"""


LINKS = """
cd /srv/other/shared/data
echo own > own
ln -s /srv/one/shared/data/upload link
ln -s /srv/one/shared/data deep
"""
LINK_IN_PLACE = "cd /srv/other/shared && mv data away && ln -s /srv/one/shared/data data"
PUT_BACK = "cd /srv/other/shared && rm data && mv away data && rm data/link data/deep"
WHO_TELLS = "cat /proc/[0-9]*/cmdline | tr '\\0' ' '; systemctl show 'deploytasks-run*'"


@pytest.fixture(scope="module")
def apps(web, tmp_path_factory) -> tuple[Project, Project]:
    """One with data, and another."""
    one, other = (
        Project.make(
            name,
            tmp_path_factory.mktemp(name),
            web,
            app_shared=["data/"],
            app_static={"/data": "data", "/deep": "data/deep"},
        )
        for name in ("one", "other")
    )
    for project in (one, other):
        project.deploy()
    web.run(
        ["sh", "-ec", "cd /srv/one/shared/data; echo precious > upload; chown one: upload; chmod 640 upload"]
    )
    return one, other


def test_an_app_finds_nothing_of_another(apps):
    _, other = apps
    run = other.inv("run", "--command", LOOK)
    assert run.exit_code == 0, run.messages
    assert [event["text"] for event in run.events if event["event"] == "log"] == []


def test_an_app_has_nothing_of_another_served_for_it(apps):
    _, other = apps
    ways = ("/data/own", "/data/link", "/data/deep/upload", "/deep/upload")
    assert other.inv("run", "--command", LINKS).exit_code == 0
    assert [ask(other, way).status for way in ways] == [200, 403, 403, 403]
    assert other.inv("run", "--command", LINK_IN_PLACE).exit_code == 0
    assert ask(other, "/data/upload").status == 403
    assert other.inv("run", "--command", PUT_BACK).exit_code == 0
    assert ask(other, "/data/own").status == 200


def test_a_command_is_in_nobodys_list_of_processes(apps):
    one, _ = apps
    argv = [INV, "run", "--host", one.target.name, "--command", "sleep 20; : hunter2hunter2"]
    with subprocess.Popen(
        argv, cwd=one.directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        wait_for(lambda: "deploytasks-run" in units(one), "the command")
        said = one.target.run(["sh", "-c", WHO_TELLS], check=False).stdout
        run.terminate()
    assert "deploytasks-run" in said
    assert "hunter2" not in said


def units(project: Project) -> str:
    return project.target.run(
        ["systemctl", "list-units", "--plain", "--no-legend", "deploytasks-run*"]
    ).stdout


def test_an_app_that_exchanges_a_directory_for_a_link_wins_nothing(web, tmp_path):
    racer = Project.make("racer", tmp_path, web, app_shared=["data/"])
    racer.deploy()
    racer.code("two", EXCHANGES)
    racer.deploy()
    before = shadow(racer)
    codes = {racer.inv("deploy").exit_code for _ in range(ROUNDS)}
    assert codes <= {0, 2}
    assert shadow(racer) == before
    racer.inv("destroy", "--yes", "--purge")


def shadow(project: Project) -> str:
    return project.target.run(["stat", "--format", "%i %U %G %a %Z %s", "/etc/shadow"]).stdout
