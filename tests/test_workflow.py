"""What a public forge's runners and other people's shells are asked to do is there, and is no more than they have."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
JOBS = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text())["jobs"]
COMMANDS = [step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step]
SHELL = [ROOT / "Makefile", ROOT / "scripts/make-venv"]
OF_GNU = {
    r"sed -[a-z]*[ir]\b": "sed -i and -r",
    r"sed .*\\t": "a tab in sed",
    r"readlink -f": "readlink -f",
    r"\bdate -d": "date -d",
    r"grep -[a-zA-Z]*P": "grep -P",
    r"xargs -[a-z]*r": "xargs -r",
    r"\becho -[en]": "echo with options",
    r"\[\[|<\(|\bfunction \w|(?m:^\s+local )": "what only bash has",
    r"\.ONESHELL|\.RECIPEPREFIX|::=|!=\s|\$\(file |&:": "what GNU make 3.81 has not",
}
"""What macOS has in another way, or not at all: its make is 3.81, its bash 3.2, its tools are those of BSD."""


def test_it_runs_on_each_system_that_people_deploy_from():
    assert {job["runs-on"] for job in JOBS.values()} == {"ubuntu-latest", "macos-latest", "windows-latest"}


@pytest.mark.parametrize("command", COMMANDS)
def test_what_it_runs_is_there(command):
    targets = re.findall(r"^make ([\w-]+)", command)
    assert all(f"\n{target}:" in (ROOT / "Makefile").read_text() for target in targets)
    paths = re.findall(r"(?:tests|examples)/[\w/.]+", command)
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("file", SHELL, ids=lambda file: file.name)
def test_makefile_and_scripts_need_what_posix_has(file):
    text = file.read_text()
    assert {
        words: re.search(pattern, text) for pattern, words in OF_GNU.items() if re.search(pattern, text)
    } == {}


def test_scripts_are_read_by_a_plain_shell():
    assert (ROOT / "scripts/make-venv").read_text().startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", ROOT / "scripts/make-venv"], check=True)


def test_help_names_each_target():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = [
        line for line in (ROOT / "Makefile").read_text().splitlines() if re.match(r"[a-z-]+:.*## ", line)
    ]
    assert [line.split()[1] for line in shown.splitlines()] == [line.partition(":")[0] for line in lines]
    assert all(re.fullmatch(r"make [a-z-]+ +\S.*", line) for line in shown.splitlines())
