"""``inv doctor --local``: this machine at a glance, and what to do about each thing that it lacks."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.inv import Ended, inv

INVENTORY = "prod1 ansible_host=127.0.0.1 ansible_port=9 app_name=shop app_requirements=none\n"


@pytest.fixture
def home(tmp_path) -> Path:
    """A person's, with a key that can be used."""
    ssh = tmp_path / "home/.ssh"
    ssh.mkdir(parents=True)
    shutil.copy(new_key(tmp_path), ssh / "id_ed25519")
    (tmp_path / "tasks.py").write_text("from deploytasks.tasks import ns\n")
    return tmp_path / "home"


def new_key(directory: Path) -> Path:
    from deploytasks.targets.key import ensure_key

    return ensure_key(directory / "key")


def looked(home: Path, *flags: str, **environment: str) -> Ended:
    own = {"HOME": str(home), "SSH_AUTH_SOCK": "", "XDG_CACHE_HOME": str(home / "cache"), "LANG": "C.UTF-8"}
    return inv("doctor", "--local", *flags, cwd=home.parent, env={**os.environ, **own, **environment})


def findings(home: Path, **environment: str) -> dict[str, dict[str, Any]]:
    """By check; of several, the last."""
    told = json.loads(looked(home, "--json", **environment).stdout)["this machine"]["findings"]
    return {finding["check"]: finding for finding in told}


def test_a_machine_that_has_all_is_well(home):
    told = looked(home)
    assert told.returncode == 0, told.stdout + told.stderr
    checks = [line.split()[1] for line in told.stdout.splitlines() if line.startswith("  good")]
    assert {"python", "git", "ssh", "cache", "files", "terminal", "encoding"} <= set(checks)


@pytest.mark.parametrize(
    ("check", "environment", "found", "advice"),
    [
        ("git", {"PATH": "/nowhere"}, "absent", ".gitignore"),
        ("docker", {"PATH": "/nowhere"}, "absent", "docker_build=controller"),
        ("cache", {"XDG_CACHE_HOME": "/proc/none"}, "none that lasts", "XDG_CACHE_HOME"),
        ("encoding", {"PYTHONIOENCODING": "ascii", "PYTHONPATH": ""}, "output ascii", "PYTHONUTF8=1"),
        ("clock", {}, "compared with no host's", "inv init"),
    ],
)
def test_what_is_lacking_is_told_with_what_to_do(home, check, environment, found, advice):
    told = findings(home, **environment)[check]
    assert told["verdict"] == "doubtful"
    assert found in told["found"]
    assert advice in told["advice"]


def test_a_key_that_others_may_read_is_bad(home):
    key = home / ".ssh/id_ed25519"
    key.chmod(0o644)
    told = looked(home)
    assert told.returncode == 2
    assert f"{key} is readable by others (mode 0644); chmod 600 {key}" in told.stdout


def test_options_that_are_not_taken_over_are_told_with_their_place(home):
    config = home / ".ssh/config"
    (home / ".ssh/more").write_text("CertificateFile ~/.ssh/id-cert.pub\n")
    config.write_text("Host *\n    User me\n    LocalForward 1 localhost:2\nInclude more\n")
    told = findings(home)["ssh options"]
    assert told["verdict"] == "doubtful"
    assert f"CertificateFile ({home}/.ssh/more:1)" in told["found"]
    (home / ".ssh/more").unlink()
    told = findings(home)["ssh options"]
    assert told["verdict"] == "good"
    assert f"LocalForward ({config}:3)" in told["found"]
    assert "User" not in told["found"]


def test_a_configuration_that_makes_no_sense_is_one_finding(home):
    (home / ".ssh/config").write_text("Port many\n")
    told = findings(home)
    assert told["ssh"]["verdict"] == "bad"
    assert "cache" in told


def test_a_host_that_does_not_answer_and_a_broken_inventory_end_nothing(home):
    inventory = home.parent / "inventory.ini"
    inventory.write_text(INVENTORY)
    told = findings(home)["clock"]
    assert (told["verdict"], told["found"]) == ("doubtful", "prod1: not seen")
    inventory.write_text("[web\n")
    told = findings(home)
    assert told["inventory"]["verdict"] == "bad"
    assert "cache" in told
