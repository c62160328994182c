"""A host without an app: asked, given files, and started anew, by the tasks and by a program."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from deploytasks import Inventory, facts, reboot, run
from tests.e2e.controller import ROOT, Controller, wait_for

DOCUMENT = ROOT / "docs/any-host.md"
AWAY_S = 60


@pytest.fixture(scope="module")
def desk(web, tmp_path_factory) -> Controller:
    return Controller.in_directory(tmp_path_factory.mktemp("desk") / "ops", (web,))


@pytest.fixture(scope="module")
def hosts(desk):
    return Inventory.load(desk.directory / "inventory.ini").hosts


def test_a_command_runs_as_who_logs_in_or_as_anybody(desk, web):
    assert desk.inv("sh", "--command", "id -un; pwd").stdout == "deploy\n/home/deploy\n"
    assert desk.inv("sh", "--user", "root", "--command", "id -un; pwd").stdout == "root\n/root\n"
    assert desk.inv("sh", "--command", "exit 7", code=7).stdout == ""
    told = desk.inv("sh", "--command", "exec sleep 30", "--timeout", "1", code=2).stderr
    assert "the command did not end within 1 s" in told
    assert web.run(["pgrep", "-x", "sleep"], check=False).stdout == ""


def test_a_file_goes_there_once_and_comes_back(desk, web):
    (desk.directory / "motd").write_bytes(b"hello\0\n")
    there = ("put", "--file", "motd", "--path", "/etc/motd.d/ours", "--mode", "0640", "--group", "adm")
    web.run(["mkdir", "-p", "/etc/motd.d"])
    assert desk.inv(*there, "--check", "--json", code=3).recap["hosts"][web.name]["changed"] == 1
    assert [desk.inv(*there, "--json").recap["hosts"][web.name]["changed"] for _ in range(2)] == [1, 0]
    assert web.run(["stat", "-c", "%a %U %G", "/etc/motd.d/ours"]).stdout == "640 root adm\n"
    desk.inv("fetch", "--path", "/etc/motd.d/ours")
    assert (desk.directory / "fetched" / web.name / "etc/motd.d/ours").read_bytes() == b"hello\0\n"
    assert "/etc/nosuch: No such file" in desk.inv("fetch", "--path", "/etc/nosuch", code=2).stderr


def test_what_it_is_like_is_what_it_is(desk, hosts, web):
    (told,) = facts(hosts).values()
    assert (told.distribution, told.version, told.virtualization) == ("debian", "12", "docker")
    assert told.packages["nginx"] == web.run(["dpkg-query", "-Wf", "${Version}", "nginx"]).stdout
    assert told.services["ssh.service"] == "active"
    assert {"root", "deploy"} <= {*told.users}
    assert any(one.interface == "eth0" and ":" not in one.address for one in told.addresses)
    assert "debian 12" in desk.inv("ping").stdout


def test_it_is_started_anew_and_waited_for(hosts, web):
    """An engine leaves a machine off that has rebooted: the test switches it on."""

    def switch_on():
        wait_for(lambda: web.container.wait(timeout=AWAY_S) is not None, "its end", AWAY_S)
        web.container.start()

    before = run(hosts, "cat /proc/1/stat")[web.name].text
    switching = threading.Thread(target=switch_on)
    switching.start()
    answers = reboot(hosts, timeout_s=120)
    switching.join()
    web.wait_until_up()
    answers.raise_for_failures()
    assert answers[web.name]["system"] == "debian 12"
    assert run(hosts, "cat /proc/1/stat")[web.name].text != before


def test_the_example_of_the_document_runs_as_it_stands(desk, monkeypatch, web):
    monkeypatch.chdir(desk.directory)
    (example,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    as_here = example.replace('["web1"]', f'["{web.name}"]')
    exec(compile(as_here, str(DOCUMENT), "exec"), {})
    assert Path("fetched", web.name, "etc/motd").read_text() == "maintenance at 20:00\n"
