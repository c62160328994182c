"""A target is a whole host: it boots, lets the inventory's user in, and keeps its address."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from deploytasks.targets import SUITES, Target, up


def ssh(target: Target, command: str) -> str:
    """What *command* prints over the real client, told nothing but what the inventory says."""
    words = shlex.split(target.entry)[1:]
    said = dict(word.split("=", 1) for word in words)
    argv = [
        *("ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"),
        *("-p", said["ansible_port"], "-i", said["ansible_ssh_private_key_file"]),
        *shlex.split(said["ansible_ssh_common_args"]),
        f"{said['ansible_user']}@{said['ansible_host']}",
        command,
    ]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_systemd_runs_and_no_unit_failed(any_target):
    assert any_target.run(["systemctl", "list-units", "--failed", "--plain", "--no-legend"]).stdout == ""
    assert any_target.run(["systemctl", "is-system-running"]).stdout == "running\n"


def test_the_image_is_the_release_it_is_named_after(any_target):
    release = any_target.run(["cat", "/etc/os-release"]).stdout
    assert f"VERSION_CODENAME={SUITES[any_target.image]}\n" in release


def test_the_real_ssh_client_gets_in_and_becomes_root(any_target):
    assert ssh(any_target, "id -un; sudo -n id -un") == "deploy\nroot\n"


def test_the_inventory_file_has_the_entry_under_targets(any_target):
    lines = any_target.inventory.read_text().splitlines()
    assert lines[0] == "[targets]"
    assert any_target.entry in lines


def test_every_session_exec_is_a_line_in_the_log_of_sshd(debian12):
    marker = "Starting session: command"
    before = journal(debian12).count(marker)
    ssh(debian12, "true")
    assert journal(debian12).count(marker) == before + 1


def test_a_command_inside_ends_as_it_would_anywhere_and_all_that_it_said_arrives(debian12):
    assert debian12.run(["sh", "-c", "echo said; exit 7"], check=False).returncode == 7
    assert debian12.run(["sh", "-c", "kill -9 $$"], check=False).returncode == 137
    assert debian12.run(["no-such-program"], check=False).returncode == 127
    assert debian12.run(["cat"]).stdout == ""
    both = debian12.run(["sh", "-c", "echo out; echo err >&2"])
    assert (both.stdout, both.stderr) == ("out\n", "err\n")
    assert debian12.run(["id", "-un"], user="deploy").stdout == "deploy\n"
    assert len(debian12.run(["head", "-c", "3000000", "/dev/zero"]).stdout) == 3_000_000


def test_what_a_command_leaves_running_is_not_waited_for(debian12):
    left = debian12.run(["sh", "-c", "sleep 300 & echo $!"]).stdout.strip()
    assert debian12.run(["kill", left]).returncode == 0


@pytest.mark.parametrize("image", SUITES)
def test_nothing_of_a_deploy_is_there_beforehand(make_target, image):
    target = make_target(image)
    for command in ("nginx", "ufw", "gunicorn", "pip3", "uv"):
        assert target.run(["which", command], check=False).returncode != 0, command


def test_targets_have_host_keys_of_their_own(debian11, debian12):
    assert not host_keys(debian11) & host_keys(debian12)


def test_a_second_up_is_the_same_target(debian12):
    again = up(debian12.name, debian12.image, state=debian12.inventory.parent)
    assert (again, again.container.id) == (debian12, debian12.container.id)


def test_up_starts_a_stopped_target_at_the_same_address(make_target):
    target = make_target("debian12")
    target.container.stop()
    assert up(target.name, "debian12", state=target.inventory.parent) == target
    assert ssh(target, "true") == ""


def test_a_restart_keeps_ports_and_host_keys(debian13):
    boot = debian13.run(["cat", "/run/systemd/container"]).stdout
    keys = host_keys(debian13)
    debian13.run(["touch", "/run/before-the-restart"])
    debian13.restart()
    assert ssh(debian13, "test ! -e /run/before-the-restart && cat /run/systemd/container") == boot
    assert host_keys(debian13) == keys


def journal(target: Target) -> str:
    return target.run(["journalctl", "--unit=ssh", "--output=cat", "--no-pager"]).stdout


def host_keys(target: Target) -> set[str]:
    return {line.split()[2] for line in target.known_hosts.read_text().splitlines()}
