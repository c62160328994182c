"""Invoke's own flags mean what they say, or are refused."""

from __future__ import annotations

import pytest

from deploytasks.cli.chosen import PasswordPrompt
from deploytasks.transport.sudo import PROMPT
from tests.cli.test_usage import Desk, desk
from tests.inv import inv

__all__ = ["desk"]

CHANGING = (
    "setup",
    "rollback",
    "prune",
    "destroy",
    "start",
    "stop",
    "restart",
    "maintenance",
    "allow",
    "run",
    "init",
    "target.up",
    "target.down",
)
REFUSED = {
    "--echo": "--echo is about commands",
    "--pty": "--pty is about commands",
    "--warn-only": "a deploy that fails has failed",
    "--command-timeout=5": "--command-timeout",
}


@pytest.mark.parametrize("task", CHANGING)
def test_a_task_without_check_mode_is_not_carried_out_dry(desk: Desk, task):
    flags = ("--yes", "--host", "web1") if task == "destroy" else ()
    (line,) = desk.refused("--dry", task, *flags)
    assert line.startswith(f"--dry: {task} has no check mode, and was not carried out")


def test_a_dry_deploy_is_a_check(desk: Desk):
    done = inv("--dry", "deploy", "--json", "--extra-vars", "ansible_timeout=1", cwd=desk.directory)
    assert '"command":"check"' in done.stdout.replace(" ", "")


@pytest.mark.parametrize("flag", REFUSED)
def test_a_flag_that_would_have_no_effect_is_refused(desk: Desk, flag):
    (line,) = desk.refused(flag, "deploy")
    assert REFUSED[flag] in line


def test_each_question_has_its_own_answer(monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(
        PasswordPrompt, "_ask", lambda _, prompt: asked.append(prompt) or f"answer to {prompt}"
    )
    prompt = PasswordPrompt()
    assert [prompt("Passphrase: "), prompt(PROMPT), prompt(PROMPT)] == [
        "answer to Passphrase: ",
        f"answer to {PROMPT}",
        f"answer to {PROMPT}",
    ]
    assert asked == ["Passphrase: ", PROMPT]
    known = PasswordPrompt("known")
    assert (known(PROMPT), known("Passphrase: ")) == ("known", "answer to Passphrase: ")
