"""Programs that steps and handlers run: as whom, where, when, and what is said when they fail."""

from __future__ import annotations

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError, Stopped
from deploytasks.agent.programs.command import Command
from deploytasks.agent.programs.run import Run
from deploytasks.agent.release.runtime.release_command import ReleaseCommand
from deploytasks.agent.services.reload import Reload
from deploytasks.agent.services.restart import Restart


def test_a_program_runs_in_its_directory_with_its_environment(host):
    Run(("sh", "-c", 'echo "$KEY $(pwd)" > out'), env=(("KEY", "value"),), cwd="/srv").run(host.machine)
    assert host.path("/srv/out").read_text() == "value %s\n" % host.path("/srv")


def test_a_program_runs_as_its_user_at_home(host):
    host.write("/etc/passwd", "shop:x:950:950::/srv/shop:/bin/sh\n")
    Run(("sh", "-c", 'echo "$HOME $USER" > out'), user="shop", cwd="/srv").run(host.machine)
    assert host.path("/srv/out").read_text() == "/srv/shop shop\n"
    assert host.calls[0].startswith("runuser -u shop -- ")


def test_a_program_that_fails_says_its_last_words_and_no_secret(host):
    script = "for i in $(seq 30); do echo line $i; done; exit 3"
    with pytest.raises(StepError) as caught:
        Run(("sh", "-c", script), env=(("KEY", "hunter2"),)).run(host.machine)
    assert caught.value.reason.endswith("ended with 3")
    assert caught.value.output.splitlines() == ["line %d" % number for number in range(11, 31)]
    assert "hunter2" not in caught.value.reason


def test_a_program_that_is_missing_or_slow_is_a_failure(host):
    with pytest.raises(StepError, match="no-such-program ended with 127"):
        Run(("no-such-program",)).run(host.machine)
    with pytest.raises(StepError, match="sleep 60 ended with 124"):
        Run(("sleep", "60"), timeout_s=0.05).run(host.machine)


def test_a_command_is_done_when_unless_says_so(host):
    command = Command(("false",), unless=("test", "-e", "marker"), cwd="/srv")
    assert Change(command.inspect(host.machine), command.desired())
    host.write("/srv/marker", "")
    assert not Change(command.inspect(host.machine), command.desired())


def test_a_command_is_done_when_its_creation_exists_and_asks_nothing_then(host):
    host.link("/srv/marker", "dangling")
    command = Command(("false",), unless=("touch", str(host.path("/srv/asked"))), creates="/srv/marker")
    assert command.inspect(host.machine) == {"done": True}
    assert not host.path("/srv/asked").exists()


def test_a_command_that_never_is_done_is_refused():
    with pytest.raises(ValueError, match="wants unless= or creates="):
        Command(("true",))


def reload(host):
    Reload("nginx", check=("systemctl", "is-fine")).run(host.machine)
    return [call for call in host.calls if call.startswith("systemctl reload")]


def test_a_running_service_reads_its_checked_configuration(host):
    host.write("/run/active/nginx.service", "")
    assert reload(host) == ["systemctl reload -- nginx"]


def test_a_stopped_service_is_not_started_by_a_reload(host):
    assert reload(host) == []


def test_a_service_keeps_what_it_has_when_its_check_fails(host):
    host.write("/run/active/nginx.service", "")
    host.fail("systemctl-is-fine", 'nginx: unknown directive "blub"')
    with pytest.raises(StepError, match="nginx refuses its configuration: systemctl is-fine") as caught:
        reload(host)
    assert caught.value.output == 'nginx: unknown directive "blub"'
    assert not any(call.startswith("systemctl reload") for call in host.calls)


def test_a_restart_that_fails_tells_the_services_last_words(host):
    host.fail("systemctl-restart", "Job failed")
    (host.home / "journal").write_text("ImportError: no flask\n")
    with pytest.raises(StepError, match="shop did not restart") as caught:
        Restart("shop").run(host.machine)
    assert caught.value.output == "ImportError: no flask"


def test_a_unit_that_an_undo_took_away_is_not_restarted(host):
    Restart("no-such.service").run(host.machine)
    assert not any("restart" in call for call in host.calls)


def test_a_unit_is_restarted(host):
    Restart("shop").run(host.machine)
    assert "systemctl restart -- shop" in host.calls


def test_a_release_command_that_fails_tells_its_last_words(host):
    (host.home / "journal").write_text("no such table\n")
    with pytest.raises(StepError, match="it ended with 3") as caught:
        ReleaseCommand(("sh", "-c", "exit 3"), "shop.release.x.service").run(host.machine)
    assert caught.value.output == "no such table"


def test_a_release_command_that_never_ran_tells_who_says_so(host):
    argv = ("sh", "-c", "echo Failed to start transient service unit >&2; exit 1")
    with pytest.raises(StepError) as caught:
        ReleaseCommand(argv, "shop.release.x.service").run(host.machine)
    assert caught.value.output == "Failed to start transient service unit\n"


def test_a_release_command_ends_with_its_time_or_with_the_run(host):
    machine = host.machine
    waits = ("sh", "-c", "while ! grep -q 'systemctl stop' %s; do sleep 0.01; done" % (host.home / "calls"))
    with pytest.raises(StepError, match=r"no end after 0\.05 s"):
        ReleaseCommand(waits, "shop.release.x.service", timeout_s=0.05).run(machine)
    (host.home / "calls").unlink()
    machine.stop.set()
    with pytest.raises(Stopped):
        ReleaseCommand(waits, "shop.release.x.service").run(machine)
    assert "systemctl stop -- shop.release.x.service" in host.calls
