"""How steps are carried out on a real host, and what a program finds there between two runs."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from deploytasks import Host, Step, apply, inspect
from deploytasks.report import QuietReporter
from deploytasks.resources import Command, File, Script, WaitFor

pytest_plugins = ["deploytasks.testing.targets"]
LISTEN = """\
#!/bin/sh -e
systemd-run --unit listener --on-active 1s --timer-property AccuracySec=1ms \\
  python3 -m http.server --bind 127.0.0.1 8099
"""
COUNTED = 'echo x >> /root/count; test "$(wc -l < /root/count)" -ge 2 && touch /etc/compiled'


@dataclass(frozen=True)
class Vars:
    """*text* is what the rules say."""

    text: str = "one"


def steps(host: Host, v: Vars) -> Iterator[Step]:
    rules = Step("write the rules", File("/etc/rules", v.text))
    yield rules
    count = Command(("sh", "-c", COUNTED), creates="/etc/compiled")
    yield Step("compile them", count, only_if_changed=rules, retries=1, delay_s=0.1)
    slow = Command(("sleep", "60"), creates="/etc/never")
    yield Step("fetch the rates", slow, timeout_s=0.5, ignore_failure="they may be old")
    yield Step("be of no use here", File("/etc/big", ""), when=host.facts.cpus > 1000)
    is_coming = ("systemctl", "is-active", "--quiet", "listener.timer")
    yield Step("listen", Script(LISTEN, unless=is_coming), lasting=True, only_if_changed=rules)
    yield Step("hear it", WaitFor(url="http://127.0.0.1:8099/", timeout_s=30))


@pytest.fixture(scope="module")
def run(docker_host):
    role = types.SimpleNamespace(__name__="rules", Vars=Vars, steps=steps)
    return lambda **given: apply([docker_host], [role], reporter=QuietReporter(), **given)


def counted(results):
    results.raise_for_failures()
    (recap,) = results.values()
    return recap.ok, recap.changed, recap.skipped


def test_a_check_says_what_the_run_does_and_the_next_run_skips_what_follows_no_change(
    run, docker_host, docker_target
):
    assert counted(run(check=True)) == (0, 5, 1)
    assert dict(inspect([docker_host], File("/etc/rules", ""))) == {docker_host.name: None}
    assert counted(run()) == (0, 4, 2)
    assert docker_target.run(["cat", "/root/count"]).stdout == "x\nx\n"
    state = inspect([docker_host], File("/etc/rules", "", mode="0600"))[docker_host.name]
    assert (state["mode"], state["content"]) == ("0644", "one")
    assert inspect([docker_host], Script("", creates="/etc/compiled"))[docker_host.name] == {"done": True}
    assert counted(run()) == (2, 0, 4)
