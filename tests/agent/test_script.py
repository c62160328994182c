"""How a script that travels is run."""

from __future__ import annotations

import sys

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.programs.script import Script
from deploytasks.agent.programs.wait_for import WaitFor


def run(script, machine):
    script.apply(machine, Change(script.inspect(machine), script.desired()))


def test_its_first_line_says_by_what_it_is_run(host):
    text = f"#!{sys.executable} -I\nimport sys\nopen({str(host.path('/srv/x'))!r}, 'w').write(sys.argv[1])\n"
    run(Script(text, ("it's",), creates="/srv/x"), host.machine)
    assert host.path("/srv/x").read_text() == "it's"


def test_nobody_else_reads_it_and_nothing_is_left_of_it(host, tmp_path):
    seen = tmp_path / "seen"
    run(
        Script(f'stat -c "%a" "$0" > {seen}; echo "$0" >> {seen}\n', unless=("test", "-e", str(seen))),
        host.machine,
    )
    mode, path = seen.read_text().split()
    assert mode == "600"
    assert not host.path(path).exists()


def test_a_failure_names_the_script_and_no_file_that_is_gone(host):
    with pytest.raises(StepError) as caught:
        run(Script("echo no luck; exit 3", creates="/never"), host.machine)
    assert (caught.value.reason, caught.value.output) == ("/bin/sh the script ended with 3", "no luck")


def test_a_user_who_is_not_there_is_told(host):
    with pytest.raises(
        StepError, match="^there is no user 'nobody-here'; a step before this one must make it$"
    ):
        run(Script("true", creates="/never", user="nobody-here"), host.machine)


def test_one_that_can_not_be_told_to_be_done_is_refused():
    with pytest.raises(ValueError, match="unless= or creates="):
        Script("true")


def test_what_does_not_come_is_told_after_its_time(host):
    with pytest.raises(StepError, match=r"^after 0\.1 s /srv/never with 'x' is not there$"):
        run(WaitFor(path="/srv/never", text="x", timeout_s=0.1), host.machine)


@pytest.mark.parametrize("given", [{}, {"port": 1, "text": "x"}, {"url": "ftp://x"}])
def test_nothing_to_wait_for_is_refused(given):
    with pytest.raises(ValueError, match="say|expected"):
        WaitFor(**given)
