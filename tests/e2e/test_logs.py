"""The logs of two hosts as one stream; nothing of it stays behind on the hosts."""

from __future__ import annotations

import json
import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

import pytest

from deploytasks.targets import Target
from tests.e2e.controller import Controller, two_targets, wait_for

OURS = "deploytasks-agent|journalctl.*--follow"

FORGED = """
import socket
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for unit in ("hello@20261129T000000Z-0000000.service", "shop@20261129T000000Z-0000000.service"):
    for more in ("", "MESSAGE=WORD once more\\n"):
        name = unit.split("@")[0]
        text = f"SYSLOG_IDENTIFIER={name}\\nUNIT={unit}\\nMESSAGE=WORD\\n{more}"
        journal.sendto(text.encode(), "/run/systemd/journal/socket")
"""
"""Any account may say such things (systemd.journal-fields(7)); what journald itself has seen begins with ``_``."""


@pytest.fixture(scope="module")
def shop(target_state, tmp_path_factory) -> Controller:
    """An app on two hosts that logs each request."""
    directory = tmp_path_factory.mktemp("logs")
    controller = Controller.in_directory(directory, two_targets(target_state), gunicorn_accesslog="-")
    controller.inv("deploy")
    return controller


@pytest.fixture
def word() -> str:
    """A word that no earlier log line has."""
    return secrets.token_hex(6)


def test_two_hosts_are_followed_in_the_order_of_time(shop, word):
    with following(shop) as tail:
        asked = [
            ask_until_logged(target, f"{word}-{number}") for number in range(5) for target in shop.targets
        ]
        seen = [next(matching(tail, word)) for _ in asked]
        hang_up(tail, signal.SIGINT)
    assert [line.split()[0] for line in seen] == ["front", "back"] * 5
    assert [words_in(line) for line in seen] == asked


def test_a_release_that_is_deployed_meanwhile_is_followed_too(shop, word):
    with following(shop, "--host", "front") as tail:
        shop.app.write_text(f"{shop.app.read_text()}# {word}\n")
        shop.inv("deploy", "--host", "front")
        ask(shop.targets[0], word)
        assert words_in(next(matching(tail, word))) == word
        hang_up(tail, signal.SIGINT)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_following_ends_with_the_signal_and_leaves_no_process_behind(shop, number, code):
    with following(shop) as tail:
        assert all(processes(target) for target in shop.targets)
        assert hang_up(tail, number) == code
    wait_for(lambda: not any(processes(target) for target in shop.targets), "the end of all agents")


def test_following_ends_when_its_reader_has_seen_enough(shop, word):
    with following(shop, stderr=subprocess.PIPE) as tail:
        assert tail.stdout
        tail.stdout.close()
        wait_for(lambda: ask_all(shop, word) and tail.poll() is not None, "the end of inv logs")
        assert (tail.returncode, tail.stderr.read()) == (0, "")
    wait_for(lambda: not any(processes(target) for target in shop.targets), "the end of all agents")


def test_nobody_else_writes_into_an_apps_log(shop, word):
    front = shop.targets[0]
    front.run(["runuser", "-u", "nobody", "--", "python3", "-c", FORGED.replace("WORD", word)])
    front.run(["journalctl", "--sync"])
    ended = shop.inv("logs", "--host", "front", "--lines", "1000")
    assert word not in ended.stdout


def test_the_last_lines_of_each_host_come_merged(shop, word):
    asked = [ask_until_logged(target, f"{word}-{number}") for number in range(3) for target in shop.targets]
    lines = settled(shop, word, len(asked), "--lines", "100")
    assert [words_in(line) for line in lines] == asked
    last = shop.inv("logs", "--lines", "1").stdout.splitlines()
    assert [line.split()[0] for line in last] == ["front", "back"]


def test_one_host_needs_no_prefix(shop, word):
    asked = ask(shop.targets[0], word)
    (line,) = settled(shop, word, 1, "--host", "front")
    assert not line.startswith("front")
    assert asked in line


def test_grep_looks_through_all_of_the_past(shop, word):
    ask(shop.targets[0], word)
    ask_all(shop, "another")
    settled(shop, word, 1)
    found = shop.inv("logs", "--lines", "1", "--grep", f"{word[:4]}.*{word[-4:]}").stdout.splitlines()
    assert [line.split()[0] for line in found] == ["front"]
    assert word in found[0]


def test_since_leaves_out_what_was_before(shop, word):
    ask_all(shop, word)
    settled(shop, word, 2, "--since", "1 hour ago")
    settled(shop, word, 2, "--since", "1h")
    assert shop.inv("logs", "--since", "tomorrow").stdout == ""
    assert "Failed to parse timestamp" in shop.inv("logs", "--since", "last year", code=2).stderr


def test_json_is_an_object_for_each_line_and_the_recap(shop, word):
    ask_all(shop, word)
    settled(shop, word, 2)
    *lines, recap = shop.inv("logs", "--json", "--grep", word).events
    assert {line["host"] for line in lines} == {"front", "back"}
    assert {(line["event"], line["process"], word in line["text"]) for line in lines} == {
        ("log", "web", True)
    }
    assert sorted(line["time"] for line in lines) == [line["time"] for line in lines]
    assert (recap["event"], recap["command"], recap["exit_code"]) == ("recap", "logs", 0)


def test_followed_json_ends_with_the_recap_too(shop):
    with following(shop, "--json") as tail:
        tail.send_signal(signal.SIGINT)
        stdout, _ = tail.communicate(timeout=20)
    recap = json.loads(stdout.splitlines()[-1])
    assert (recap["event"], recap["exit_code"], tail.returncode) == ("recap", 130, 130)


@pytest.mark.parametrize(
    "flags", [("--grep", "("), ("--lines", "-1"), ("--since", "$(reboot)"), ("--process", "my beat")]
)
def test_a_flag_that_makes_no_sense_is_refused(shop, flags):
    refused = shop.inv("logs", *flags, code=5)
    assert flags[0] in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_process_that_the_app_has_not_is_told_with_those_it_has(shop):
    refused = shop.inv("logs", "--process", "beat", code=2)
    assert "no process here is called beat; there is web" in refused.stderr


@contextmanager
def following(shop: Controller, *flags: str, **more: int) -> Iterator[subprocess.Popen[str]]:
    """``inv logs --tail``, once its hosts have begun to follow."""
    followed = shop.targets[:1] if "--host" in flags else shop.targets
    with shop.running("logs", "--tail", *flags, **{"stderr": subprocess.STDOUT, **more}) as tail:
        wait_for(lambda: all("--follow" in processes(target) for target in followed), "the followers")
        yield tail


def hang_up(tail: subprocess.Popen[str], number: int) -> int:
    tail.send_signal(number)
    return tail.wait(timeout=20)


def matching(tail: subprocess.Popen[str], word: str) -> Iterator[str]:
    assert tail.stdout
    return (line for line in tail.stdout if word in line)


def settled(shop: Controller, word: str, wanted: int, *flags: str) -> list[str]:
    """The lines with *word*, once journald has written as many as *wanted*."""

    def lines() -> list[str]:
        said = shop.inv("logs", *flags).stdout.splitlines()
        return [line for line in said if word in line]

    return wait_for(lambda: len(found := lines()) == wanted and found, f"{wanted} lines with {word}")


def ask(target: Target, word: str) -> str:
    with urlopen(f"{target.url}healthz?{word}", timeout=10):
        return word


def ask_until_logged(target: Target, word: str) -> str:
    """The journal's times are those of arrival: on a busy machine a line may take its time to get there."""
    ask(target, word)
    journal = ["journalctl", "--no-pager", "-o", "cat", "-n", "50"]
    wait_for(lambda: word in target.run(journal).stdout, f"{word} in the journal of {target.name}")
    return word


def ask_all(shop: Controller, word: str) -> bool:
    return all(ask(target, word) for target in shop.targets)


def words_in(line: str) -> str:
    return line.split("?", 1)[1].split(maxsplit=1)[0]


def processes(target: Target) -> str:
    """What of ours runs on *target*, as pgrep lists it."""
    return target.run(["pgrep", "-fa", OURS], check=False).stdout
