"""What a program asks of several hosts between two runs, each host with an answer or an error of its own."""

from __future__ import annotations

import pytest

from deploytasks.agent.engine.events import Answer, Ended, Hello, Outcome, Printed
from deploytasks.agent.host.description import Address, Description
from deploytasks.errors import ConfigError, DeployError
from deploytasks.fleet import asking, rebooting
from deploytasks.fleet.command_streams import MOST_BYTES, Kept
from deploytasks.fleet.manner import Manner
from deploytasks.resources import File, Script
from tests.fleet.stage import Stage

TEXTS = (
    *("hostname", "domain", "distribution", "version", "codename", "kernel", "architecture"),
    *("virtualization", "cloud", "boot", "timezone", "python"),
)
TOLD = {
    **dict.fromkeys(TEXTS, "text"),
    **dict.fromkeys(("up_s", "cpus", "memory_mb", "memory_free_mb", "swap_mb"), 1),
    "addresses": [{"interface": "lo", "address": "::1", "prefix": 128}],
    "mounts": [],
    "users": ["root"],
    "services": {"ssh.service": "active"},
    "packages": {"bash": "5.2"},
}


def answering(document):
    def script(agent):
        yield Answer(document)
        yield Ended(Outcome.OK)

    return script


def printing(status, *pieces):
    def script(agent):
        for letter, piece in pieces:
            yield Printed(letter, piece)
            assert next(frame for frame in iter(agent.frame, None) if frame.letter != b"E").to_json() == {
                "taken": True
            }
        outcome = Outcome.FAILED if status else Outcome.OK
        yield Ended(outcome, failed=int(bool(status)), status=status, error="it ended" if status else None)

    return script


def asked(tmp_path, ask, *given, **scripts):
    stage = Stage(scripts)
    return ask(stage.hosts(tmp_path), *given, manner=Manner("ask", way_to=stage.way_to))


def test_each_host_answers_for_itself(tmp_path):
    there = {"system": "debian 12", "python": "3.11.2", "boot": "1"}
    answers = asked(tmp_path, asking.ping, w1=answering(there), w2=printing(2))
    assert dict(answers) == {"w1": there}
    assert list(answers.errors) == ["w2"]
    assert answers.exit_code == 2
    with pytest.raises(DeployError, match="w2"):
        answers.raise_for_failures()


def test_what_a_host_is_like_has_types(tmp_path):
    answers = asked(tmp_path, asking.facts, w1=answering(TOLD))
    assert isinstance(answers["w1"], Description)
    assert answers["w1"].addresses == (Address("lo", "::1", 128),)
    assert answers["w1"].packages == {"bash": "5.2"}


@pytest.mark.parametrize("lie", [{}, {**TOLD, "cpus": "many"}, {**TOLD, "addresses": {"lo": 1}}, [1]])
def test_a_host_that_lies_is_an_error_and_the_others_answer(tmp_path, lie):
    answers = asked(tmp_path, asking.facts, w1=answering(TOLD), w2=answering(lie))
    assert list(answers) == ["w1"]
    assert "not from the agent" in str(answers.errors["w2"])
    assert answers.exit_code == 4


def test_what_a_command_prints_and_how_it_ends_is_each_hosts_own(tmp_path):
    ran = asked(
        tmp_path,
        asking.run,
        ["cat", "a b"],
        w1=printing(0, (b"O", b"one\n"), (b"R", b"hm")),
        w2=printing(7, (b"O", b"two\n")),
    )
    assert (ran["w1"].ok, ran["w1"].text, ran["w1"].stderr) == (True, "one", b"hm")
    assert (ran["w2"].ok, ran["w2"].text, ran["w2"].status) == (False, "two", 7)
    assert list(ran.errors) == ["w2"]


def test_a_list_of_words_is_one_command_for_the_shell(tmp_path):
    heard = []

    def script(agent):
        heard.append(agent.request.question)
        yield Ended(Outcome.OK, status=0)

    stage = Stage({"w1": script})
    asking.run(stage.hosts(tmp_path), ["cat", "a b"], user="ann", manner=Manner("sh", way_to=stage.way_to))
    (question,) = heard
    assert (question.shell_command, question.user, question.reads) == ("cat 'a b'", "ann", False)


def test_more_than_a_program_can_keep_is_not_kept():
    kept = Kept(b"")
    assert kept.print(Printed(b"O", b"x" * MOST_BYTES))
    assert not kept.print(Printed(b"O", b"x"))


def test_a_file_arrives_whole_for_nobody_else_or_not_at_all(tmp_path):
    into = tmp_path / "fetched"
    answers = asked(
        tmp_path,
        asking.fetch,
        "/etc/motd",
        into,
        w1=printing(0, (b"O", b"hel"), (b"O", b"lo\0")),
        w2=printing(1, (b"O", b"ha"), (b"R", b"cat: /etc/motd: Permission denied\n")),
    )
    assert answers["w1"] == into / "w1/etc/motd"
    assert answers["w1"].read_bytes() == b"hello\0"
    assert answers["w1"].stat().st_mode & 0o777 == 0o600
    assert list((into / "w2/etc").iterdir()) == []
    assert str(answers.errors["w2"]) == "w2: /etc/motd: Permission denied"
    assert answers.exit_code == 2


@pytest.mark.parametrize("path", ["etc/motd", "/etc/", "/etc/../motd", ""])
def test_a_path_that_is_none_of_a_file_on_a_host_is_refused(tmp_path, path):
    for ask in (lambda: asking.fetch([], path, tmp_path), lambda: asking.put([], b"", path)):
        with pytest.raises(ConfigError, match="expected the absolute path of a file on the hosts"):
            ask()


def test_a_file_that_is_not_here_is_told_before_anything_is_contacted(tmp_path):
    with pytest.raises(ConfigError, match="nosuch: No such file"):
        asking.put([], tmp_path / "nosuch", "/etc/motd")


def test_a_file_is_put_by_a_plan_of_one_step(tmp_path):
    heard = []

    def script(agent):
        yield Hello({})
        heard.append(agent.hears()["plan"]["steps"])
        yield Ended(Outcome.CHANGED, changed=1)

    stage = Stage({"w1": script})
    results = asking.put(
        stage.hosts(tmp_path), b"hi\n", "/etc/motd", mode="0600", manner=Manner("put", way_to=stage.way_to)
    )
    assert results.changed
    ((step,),) = heard
    assert (step["name"], step["resource"]["args"]["mode"]) == ("write /etc/motd", "0600")


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        ({}, "say what is waited for"),
        ({"text": "x", "port": 1}, "text is looked for in a file"),
        ({"url": "ftp://x/"}, "expected http"),
    ],
)
def test_waiting_for_nothing_is_refused(wanted, complaint):
    with pytest.raises(ConfigError, match=complaint):
        asking.wait_for([], **wanted)


def test_a_host_that_does_not_come_back_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(rebooting, "ping", lambda hosts: {})
    stage = Stage({"w1": answering({"boot": "1"})})
    answers = rebooting.reboot(
        stage.hosts(tmp_path), timeout_s=0, manner=Manner("reboot", way_to=stage.way_to)
    )
    assert str(answers.errors["w1"]) == "w1: it was told to reboot, and is not back after 0 s"
    assert answers.exit_code == 4


def test_what_a_resource_is_like_is_told_by_each_host(tmp_path):
    mode = {"mode": "0644"}
    scripts = {"w1": answering({"state": mode}), "w2": answering({"state": None}), "w3": answering([])}
    states = asked(tmp_path, asking.inspect, File("/etc/motd", "hello"), **scripts)
    assert dict(states) == {"w1": mode, "w2": None}
    assert "what came is not from the agent" in str(states.errors["w3"])
    assert states.exit_code == 4


def test_a_type_that_the_agent_has_not_travels_with_the_question(tmp_path):
    heard = []

    def script(agent):
        heard.append(agent.request.question)
        yield Answer({"state": {"done": True}})
        yield Ended(Outcome.OK)

    asked(tmp_path, asking.inspect, Script("true", creates="/x"), w1=script)
    assert heard[0].resource == {"type": "Script", "args": {"text": "true", "creates": "/x"}}
    assert list(heard[0].modules) == ["deploytasks.agent.programs.script"]
