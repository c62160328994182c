"""The jobs of a pipeline as its service would run them, one step after the other, on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

EXPRESSION = re.compile(r"\$\{\{(.+?)\}\}")
STEP_TIMEOUT_S = 300


@dataclass
class Machine:
    """A runner's machine in *home*: a Python of its own, a directory for the checkout, and one for what is temporary.

    *variables* are in the environment of every step, *contexts* what expressions may ask.
    """

    home: Path
    repository: Path
    variables: Mapping[str, str]
    contexts: dict[str, Any] = field(default_factory=dict)
    printed: str = ""

    @property
    def workspace(self) -> Path:
        return self.home / "work"

    def checkout(self, commit: str) -> None:
        shutil.rmtree(self.workspace, ignore_errors=True)
        for words in (("clone", "-q", str(self.repository), str(self.workspace)),):
            subprocess.run(["git", *words], check=True)
        subprocess.run(["git", "checkout", "-q", commit], cwd=self.workspace, check=True)

    def python(self) -> None:
        if not (self.home / "python").exists():
            venv.create(self.home / "python", with_pip=True)

    def run(self, script: str, env: Mapping[str, str], directory: str = ".") -> int:
        """*script* in bash, as services run it: it ends with the first command that fails."""
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script],
            cwd=self.workspace / directory,
            env={
                "PATH": f"{self.home / 'python/bin'}:{os.defpath}",
                "HOME": str(self.home),
                "CI": "true",
                **self.variables,
                **env,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=STEP_TIMEOUT_S,
            check=False,
        )
        self.printed += done.stdout
        return done.returncode


def value_of(expression: str, contexts: Mapping[str, Any]) -> Any:
    """An expression of GitHub's as far as a workflow of ours has them: ``a.b || 'c'``, ``a == 'b'``, ``always()``."""
    if "||" in expression:
        return next(filter(None, (value_of(part, contexts) for part in expression.split("||"))), "")
    if "==" in expression:
        left, right = expression.split("==")
        return value_of(left, contexts) == value_of(right, contexts)
    word = expression.strip()
    if word.startswith("'"):
        return word.strip("'")
    if word == "always()":
        return True
    found: Any = contexts
    for part in word.split("."):
        found = found.get(part, "") if isinstance(found, Mapping) else ""
    return found


def filled(text: str, contexts: Mapping[str, Any]) -> str:
    return EXPRESSION.sub(lambda match: str(value_of(match[1], contexts)), text)


def run_github(machine: Machine, workflow: str, job: str) -> dict[str, Path]:
    """Carry out *job*, whose condition must hold; returns the artifacts by name."""
    document = yaml.safe_load(workflow)
    said = document["jobs"][job]
    assert value_of(str(said.get("if", "always()")), machine.contexts), f"the job {job} does not run"
    directory = document["defaults"]["run"]["working-directory"]
    temp = Path(machine.contexts["runner"]["temp"])
    shared = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(machine.workspace),
        "GITHUB_STEP_SUMMARY": str(temp / f"{job}.md"),
        **document["env"],
    }
    artifacts: dict[str, Path] = {}
    for step in said["steps"]:
        action = step.get("uses", "").partition("@")[0]
        given = {key: filled(str(value), machine.contexts) for key, value in step.get("with", {}).items()}
        if action == "actions/checkout":
            machine.checkout(given["ref"])
        elif action == "actions/setup-python":
            assert (machine.workspace / given["cache-dependency-path"]).is_file()
            machine.python()
        elif action == "actions/upload-artifact":
            artifacts[given["name"]] = Path(given["path"])
        elif action != "actions/cache":
            own = {key: filled(str(value), machine.contexts) for key, value in step.get("env", {}).items()}
            code = machine.run(step["run"], {**shared, **own}, directory)
            assert code == 0, f"{job}: {step['name']} ended with {code}\n{machine.printed}"
    return artifacts


def run_gitlab(machine: Machine, pipeline: str, job: str, commit: str) -> dict[str, Path]:
    """Carry out *job*; returns the artifacts by their place. Its exit code may be one that the job allows."""
    document = yaml.safe_load(pipeline)
    said = {**document[document[job]["extends"]], **document[job]}
    if (machine.workspace / ".git").exists():
        subprocess.run(["git", "checkout", "-q", commit], cwd=machine.workspace, check=True)
    else:
        machine.checkout(commit)
    machine.python()
    variables = {"CI_PROJECT_DIR": str(machine.workspace), "GITLAB_CI": "true"}
    for name, value in said["variables"].items():
        variables[name] = value.replace("$CI_PROJECT_DIR", str(machine.workspace))
    code = machine.run("\n".join([*said["before_script"], *said["script"]]), variables)
    assert code in (0, *said.get("allow_failure", {}).get("exit_codes", [])), machine.printed
    return {path: machine.workspace / path for path in said["artifacts"]["paths"]}
