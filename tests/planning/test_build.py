"""What makes files of an app runs here, before its source is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploytasks.errors import SourceError
from deploytasks.planning.build import build


def test_lines_of_the_shell_run_in_the_source_in_their_order(tmp_path: Path) -> None:
    build(tmp_path, ["mkdir dist && echo one > dist/app.css", "echo two >> dist/app.css"])
    assert (tmp_path / "dist/app.css").read_text() == "one\ntwo\n"


@pytest.mark.parametrize("environment", [".venv", "venv"])
def test_the_projects_own_environment_has_the_programs(tmp_path: Path, environment: str) -> None:
    program = tmp_path / environment / "bin" / "pybabel"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho compiled > made\n")
    program.chmod(0o755)
    build(tmp_path, ["pybabel"])
    assert (tmp_path / "made").read_text() == "compiled\n"


def test_one_that_fails_is_told_with_its_last_words_and_ends_it(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"app_build: 'echo no such module; exit 3' ended with 3\n  no such module"
    ):
        build(tmp_path, ["echo no such module; exit 3", "touch never"])
    assert not (tmp_path / "never").exists()


def test_what_is_made_and_does_not_travel_is_told_with_the_line_that_takes_it_along(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.mo\nnode_modules/\n")
    (tmp_path / "old.mo").write_text("of an earlier build")
    os.utime(tmp_path / "old.mo", (0, 0))
    made = "mkdir node_modules; touch node_modules/x es.mo app.css"
    reason = "git ignores that, so no host gets it"
    note = f"app_build made es.mo, and {reason}: a line !es.mo in .deployignore takes it along"
    assert build(tmp_path, [made]) == (note,)
    (tmp_path / ".deployignore").write_text("!*.mo\n")
    os.utime(tmp_path / ".deployignore", (0, 0))
    assert build(tmp_path, ["touch es.mo"]) == ()


def test_it_sees_neither_key_nor_password_of_a_pipeline(tmp_path, monkeypatch):
    monkeypatch.setenv("DEPLOYTASKS_SSH_KEY", "hunter2")
    monkeypatch.setenv("DEPLOYTASKS_ANSIBLE_BECOME_PASSWORD", "hunter2")
    monkeypatch.setenv("DEPLOYTASKS_ANSIBLE_USER", "ci")
    build(tmp_path, ["env > seen"])
    seen = (tmp_path / "seen").read_text()
    assert "hunter2" not in seen
    assert "DEPLOYTASKS_ANSIBLE_USER=ci" in seen
