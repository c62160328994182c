"""What ``import deploytasks`` gives, and what it costs."""

from __future__ import annotations

import json
import subprocess
import sys

import deploytasks
import deploytasks.resources

PUBLIC = {
    "Answers",
    "DeployError",
    "Group",
    "Handler",
    "Host",
    "Inventory",
    "Outcome",
    "Phase",
    "Plan",
    "Ran",
    "Results",
    "Step",
    "Templates",
    "apply",
    "deployment_of",
    "facts",
    "fetch",
    "inspect",
    "ping",
    "plan_for",
    "put",
    "reboot",
    "run",
    "wait_for",
}
IMPORT_S = 0.15
LOADED = "import json, sys, deploytasks; print(json.dumps(sorted(sys.modules)))"


def test_the_public_names_are_these():
    assert set(deploytasks.__all__) == PUBLIC


def test_all_public_names_are_there_and_sorted():
    for module in (deploytasks, deploytasks.resources):
        assert sorted(module.__all__) == module.__all__
        assert all(getattr(module, name).__name__ == name for name in module.__all__)


def test_an_import_loads_nothing_of_others():
    loaded = {name.partition(".")[0] for name in json.loads(python(LOADED))}
    others = {"fabric", "invoke", "paramiko", "jinja2", "msgspec", "yaml", "rich", "docker", "pathspec"}
    assert loaded & others == set()


def test_an_import_has_no_side_effects():
    told = (
        "import sys, os, threading, signal\nsys.addaudithook(lambda *said: print(*said, file=sys.stderr))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", told + "import deploytasks\nassert threading.active_count() == 1"],
        capture_output=True,
        text=True,
        check=True,
    )
    refused = ("subprocess.Popen", "os.mkdir", "os.remove", "os.rename", "socket.connect", "os.putenv")
    assert done.stdout == ""
    assert [line for line in done.stderr.splitlines() if line.startswith(refused)] == []


def python(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
