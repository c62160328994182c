"""What a person types about an app that runs: run, shell, start, stop, restart, status, releases, history."""

from __future__ import annotations

import json
import os
import pty
import secrets
import select
import signal
import subprocess
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from deploytasks.targets import Target
from tests.e2e.controller import Controller, environment, two_targets, wait_for
from tests.inv import INV

HANGS = "\ntime.sleep(600)\n"
LEAVES_WITHIN_S = 2
SILENCE_S = 45
"""A stop that is waited for to its end by systemd takes 90."""


@pytest.fixture(scope="module")
def shop(target_state, tmp_path_factory) -> Controller:
    """An app on two hosts that have one release each."""
    directory = tmp_path_factory.mktemp("processes")
    controller = Controller.in_directory(directory, two_targets(target_state), app_env='{"COLOUR": "teal"}')
    controller.inv("deploy")
    return controller


@pytest.fixture
def front(shop) -> Target:
    return shop.targets[0]


def test_run_has_the_environment_of_the_app(shop, front):
    command = "id -un; pwd; echo $COLOUR; python -c 'import flask, sys; print(sys.prefix)'"
    said = shop.inv("run", "--host", "front", "--command", command).stdout.splitlines()
    current = front.run(["readlink", "-e", "/srv/shop/current"]).stdout.strip()
    assert said == ["shop", f"{current}/code", "teal", f"{current}/venv"]


def test_run_on_all_hosts_prefixes_what_they_say(shop):
    said = shop.inv("run", "--command", "hostname").stdout.splitlines()
    assert sorted(line.split() for line in said) == [["back", "back"], ["front", "front"]]


def test_run_once_runs_on_the_first_host_alone(shop):
    assert shop.inv("run", "--once", "--command", "hostname").stdout == "front\n"


def test_run_on_one_host_is_a_pipe(shop):
    data = os.urandom(5_000_000)
    ended = piped(shop, "run", "--once", "--command", "cat; echo no luck >&2; exit 7", data=data)
    assert ended.stdout == data
    assert (ended.stderr, ended.returncode) == (b"no luck\n", 7)


def test_a_command_need_not_read_what_it_is_given(shop):
    ended = piped(shop, "run", "--once", "--command", "exec 0<&-; echo done", data=bytes(10_000_000))
    assert (ended.stdout, ended.returncode) == (b"done\n", 0)


def test_a_command_ends_when_nobody_reads_it_any_more(shop, front):
    number = str(secrets.randbelow(10**6) + 10**6)
    command = f"while :; do echo {number}; done"
    with shop.running("run", "--once", "--command", command) as run:
        assert run.stdout
        assert run.stdout.readline() == f"{number}\n"
        run.stdout.close()
        run.stdout = None
        assert run.wait(timeout=20) == 0
    wait_for(lambda: not front.run(["pgrep", "-f", f"echo {number}"], check=False).stdout, "its end")


@pytest.mark.parametrize(("command", "code"), [("kill -TERM $$; echo whole", 143), ("kill -9 $$", 137)])
def test_a_command_that_a_signal_ends_did_not_end_well(shop, command, code):
    ended = piped(shop, "run", "--once", "--command", f"echo part; {command}", data=b"")
    assert (ended.stdout, ended.returncode) == (b"part\n", code)


def test_what_is_given_to_several_hosts_is_refused(shop):
    ended = piped(shop, "run", "--command", "cat", data=b"create table z(i int)")
    assert (ended.stdout, ended.returncode) == (b"", 5)
    assert b"something is given on standard input" in ended.stderr
    given = piped(shop, "run", "--once", "--json", "--command", "cat", data=b"given\n")
    assert json.loads(given.stdout.splitlines()[0])["text"] == "given"


def test_run_on_several_hosts_tells_which_failed_and_how(shop):
    failed = shop.inv("run", "--command", "echo no luck; exit 7", code=2)
    assert sorted(failed.stdout.splitlines()) == ["back   no luck", "front  no luck"]
    assert "front: " in failed.stderr
    assert "ended with 7" in failed.stderr


def test_run_on_several_hosts_is_for_text(shop):
    failed = shop.inv("run", "--command", "head -c 100 /dev/zero", code=2)
    assert "front: " in failed.stderr
    assert "no text; choose one host" in failed.stderr


def test_run_speaks_json(shop):
    *lines, recap = shop.inv("run", "--once", "--json", "--command", "echo one; echo two").events
    assert [(line["event"], line["host"], line["text"]) for line in lines] == [
        ("log", "front", "one"),
        ("log", "front", "two"),
    ]
    assert (recap["event"], recap["command"], recap["ok"]) == ("recap", "run", True)


def test_ctrl_c_ends_the_command_on_the_host(shop, front):
    number = str(secrets.randbelow(10**6) + 10**6)
    with shop.running("run", "--once", "--command", f"echo begun; sleep {number}") as run:
        assert run.stdout
        assert run.stdout.readline() == "begun\n"
        run.send_signal(signal.SIGINT)
        assert run.wait(timeout=20) == 130
    wait_for(lambda: not front.run(["pgrep", "-fa", f"^sleep {number}"], check=False).stdout, "its end")


def test_a_shell_is_the_apps_own(shop):
    word = secrets.token_hex(4)
    typed = f"echo {word}-$(id -un)-$COLOUR-$(basename $PWD)-$([ -t 0 ] && echo tty); exit 9\n"
    screen, code = on_a_terminal(shop, "shell", "--host", "front", typed=typed)
    assert f"{word}-shop-teal-code-tty" in screen
    assert code == 9


def test_a_shell_ends_with_what_wants_no_end(shop, front):
    typed = "(trap : TERM; trap '' TERM; exec sleep 1000555) & exit 3\n"
    _, code = on_a_terminal(shop, "shell", "--host", "front", typed=typed)
    assert code == 3
    assert not front.run(["pgrep", "-f", "^sleep 1000555"], check=False).stdout


def test_a_shell_without_a_terminal_ends_with_its_input(shop):
    ended = piped(shop, "shell", "--host", "front", data=b"id -un; [ -t 0 ] || exit 9\n")
    assert (ended.stdout, ended.returncode) == (b"shop\n", 9)
    assert piped(shop, "shell", "--host", "front", data=b"echo $COLOUR").stdout == b"teal\n"


def test_a_shell_wants_one_host(shop):
    refused = shop.inv("shell", code=5)
    assert "front, back" in refused.stderr


def test_stop_and_start_are_what_they_say(shop, front):
    assert outcomes(shop.inv("stop", "--json")) == {"front": "changed", "back": "changed"}
    with pytest.raises(HTTPError) as answer, urlopen(front.url, timeout=10):
        pass
    assert answer.value.code == 502
    assert outcomes(shop.inv("stop", "--json")) == {"front": "ok", "back": "ok"}
    assert outcomes(shop.inv("start", "--json")) == {"front": "changed", "back": "changed"}
    assert outcomes(shop.inv("start", "--json")) == {"front": "ok", "back": "ok"}
    with urlopen(front.url, timeout=10) as served:
        assert served.status == 200


def test_restart_gives_new_processes(shop):
    before = process(shop, "front")
    shop.inv("restart", "--process", "web", "--host", "front")
    after = process(shop, "front")
    assert (before["state"], after["state"]) == ("active", "active")
    assert before["pid"] != after["pid"]


def test_status_is_one_document(shop, front):
    status = one_document(shop, "status")
    current = front.run(["readlink", "/srv/shop/current"]).stdout.strip().rpartition("/")[2]
    assert list(status) == ["front", "back"]
    assert status["front"]["release"] == current
    assert status["front"]["health"]["ok"] is True
    assert status["front"]["drift"] is None


def test_releases_and_history_are_one_document_each(shop):
    releases = one_document(shop, "releases")
    assert [release["marks"] for release in releases["front"] if release["marks"]][0] == ["current"]
    history = one_document(shop, "history")
    assert {"deploy", "stop", "start"} <= {entry["command"] for entry in history["back"]}
    assert all(entry["time"] and entry["by"] for entry in history["back"])


@pytest.mark.parametrize("task", ["status", "releases", "history"])
def test_people_get_a_table(shop, task):
    table = shop.inv(task).stdout
    assert "front" in table
    assert "back" in table
    assert one_document(shop, "status")["front"]["release"] in table


def test_a_host_without_the_app_says_so(shop):
    nothing = shop.inv("status", "--json", "--extra-vars", "app_name=nothing", code=None)
    answers = json.loads(nothing.stdout)
    assert {answer["release"] for answer in answers.values()} == {None}
    assert "nothing of nothing is deployed here" in answers["front"]["error"]
    refused = shop.inv("restart", "--extra-vars", "app_name=nothing", code=2)
    assert "deploy first" in refused.stdout + refused.stderr


@pytest.mark.fault(9, 10)
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_deploy_that_is_stopped_before_the_switch_leaves_the_host_as_it_was(shop, front, number, code):
    good = shop.app.read_text()
    before = files(front)
    shop.app.write_text(good + HANGS)
    try:
        with shop.running("deploy", "--host", "front", "--json") as deploy:
            assert deploy.stdout
            next(line for line in deploy.stdout if '"record the plan"' in line)
            deploy.send_signal(number)
            recap = json.loads(deploy.stdout.readlines()[-1])
            assert deploy.wait(timeout=30) == code
    finally:
        shop.app.write_text(good)
    assert (recap["event"], recap["exit_code"], recap["hosts"]["front"]["outcome"]) == (
        "recap",
        code,
        "failed",
    )
    assert files(front) == before
    with urlopen(f"{front.url}healthz", timeout=10) as served:
        assert served.status == 200
    assert outcomes(shop.inv("deploy", "--host", "front", "--json")) == {"front": "ok"}


@pytest.mark.fault(9)
def test_who_presses_ctrl_c_twice_does_not_wait_for_the_host(shop, front):
    good = shop.app.read_text()
    before = files(front)
    shop.app.write_text(good + HANGS)
    try:
        with shop.running("deploy", "--host", "front") as deploy:
            wait_for(lambda: instances(front, "active")[1:], "a second instance")
            deploy.send_signal(signal.SIGINT)
            wait_for(lambda: instances(front, "deactivating"), "its end begins")
            deploy.send_signal(signal.SIGINT)
            told = "".join(deploy.communicate(timeout=LEAVES_WITHIN_S))
            assert instances(front, "deactivating")
    finally:
        shop.app.write_text(good)
    assert deploy.returncode == 130, told
    assert "left while it was working: it ends by itself; inv status tells how" in told
    wait_for(lambda: files(front) == before, "the host has undone", 60)
    assert outcomes(shop.inv("deploy", "--host", "front", "--json")) == {"front": "ok"}


def on_a_terminal(shop: Controller, *words: str, typed: str) -> tuple[str, int]:
    """What ``inv`` shows on a terminal of its own while *typed* is typed, and its exit code."""
    ours, theirs = pty.openpty()
    terminal = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "text": False}
    with shop.running(*words, **terminal, start_new_session=True) as process:
        os.close(theirs)
        screen = shown(ours, until=b"$ ")
        os.write(ours, typed.encode())
        screen += shown(ours)
        code = process.wait(timeout=20)
    os.close(ours)
    return screen.decode(errors="replace"), code


def shown(terminal: int, until: bytes = b"\0") -> bytes:
    """What appears on *terminal* up to *until*, or to the end; it is never silent for SILENCE_S."""
    screen = b""
    while until not in screen:
        assert select.select([terminal], [], [], SILENCE_S)[0], screen
        try:
            screen += os.read(terminal, 4096)
        except OSError:
            break
    return screen


def outcomes(ended: Any) -> dict[str, str]:
    return {name: host["outcome"] for name, host in ended.recap["hosts"].items()}


def piped(shop, *words: str, data: bytes) -> subprocess.CompletedProcess[bytes]:
    """``inv`` that reads *data*, and what it says as bytes."""
    argv = [str(INV), *words]
    return subprocess.run(
        argv, cwd=shop.directory, env=environment(), input=data, capture_output=True, timeout=120, check=False
    )


def one_document(shop: Controller, task: str) -> Any:
    return json.loads(shop.inv(task, "--json").stdout)


def process(shop: Controller, host: str) -> dict[str, Any]:
    (found,) = one_document(shop, "status")[host]["processes"]
    return found


def instances(target: Target, states: str) -> list[str]:
    listed = ["systemctl", "list-units", "--plain", "--no-legend", f"--state={states}", "shop@*.service"]
    return target.run(listed).stdout.splitlines()


def files(target: Target) -> str:
    """All files of the host's configuration and of the app but its history, with their digests; and the app's units."""
    script = (
        "find /etc /srv/shop -type f ! -name history.jsonl ! -name '*.pyc' -exec sha256sum {} + | sort -k2"
    )
    links = "find /etc /srv/shop /run/shop -type l -printf '%p %l\\n' | sort"
    units = "systemctl list-units --all --plain --no-legend 'shop@*'"
    return target.run(["sh", "-c", f"{script}; {links}; {units}"]).stdout
