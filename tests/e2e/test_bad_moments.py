"""What is said when things go wrong is true, and what was damaged is mended."""

from __future__ import annotations

import pytest

from tests.e2e.project import Project

NEEDS_A_FILE = """

import pathlib

answer = app


def app(environ, start_response):
    if not pathlib.Path("/srv/moody/shared/data/mood").exists():
        start_response("500 Out Of Sorts", [("Content-Length", "0")])
        return [b""]
    return answer(environ, start_response)
"""


@pytest.fixture(scope="module")
def moody(web, tmp_path_factory) -> Project:
    """An app that answers as long as there is a file among its data."""
    project = Project.make(
        "moody", tmp_path_factory.mktemp("moody"), web, app_shared=["data/"], app_health_timeout_s=6
    )
    project.deploy()
    set_mood(project)
    project.code("one", NEEDS_A_FILE)
    project.deploy()
    return project


def set_mood(project: Project, *, well: bool = True) -> None:
    project.target.run(["touch" if well else "rm", "/srv/moody/shared/data/mood"])


def test_a_damaged_environment_is_found_and_built_anew(moody):
    moody.target.run(
        ["sh", "-ec", "rm /srv/moody/current/code/app.py; rm -r /srv/moody/venvs/*/lib/*/*/itsdangerous"]
    )
    found = moody.inv("verify")
    assert found.exit_code == 3
    assert {"lay out the code", "install the dependencies"} <= set(found.changed)
    (diff,) = (event["diff"] for event in found.events if event.get("step") == "install the dependencies")
    assert "damaged: lib/python3.11/site-packages/itsdangerous/" in diff
    repaired = moody.deploy()
    assert {"install the dependencies", "restart processes with changed files"} <= set(repaired.changed)
    assert moody.says["version"] == "one"
    assert moody.inv("verify").exit_code == 0


def test_a_package_of_another_version_is_found_too(moody):
    moody.target.run(
        ["sh", "-ec", "cd /srv/moody/venvs/*/lib/*/*/itsdangerous-*.dist-info && echo x,, >> RECORD"]
    )
    assert "install the dependencies" in moody.inv("verify").changed
    assert "install the dependencies" in moody.deploy().changed
    assert moody.deploy().changed == []


@pytest.mark.parametrize("act", ["restart", "start"])
def test_what_was_started_and_does_not_answer_has_failed_with_its_last_words(moody, act):
    code = "/srv/moody/current/code/app.py"
    moody.target.run(["mv", code, "/srv/moody/app.py"])
    if act == "start":
        moody.inv("stop")
    run = moody.inv(act)
    moody.target.run(["mv", "/srv/moody/app.py", code])
    assert run.exit_code == 2
    assert "No module named 'app'" in run.messages
    assert moody.inv("restart").exit_code == 0
    assert moody.says["version"] == "one"


def test_last_words_are_of_the_start_that_failed(moody):
    code = "/srv/moody/current/code/app.py"
    moody.target.run(["cp", code, "/srv/moody/app.py"])
    told = []
    for name in ("nosuch", "neither"):
        moody.target.run(["sh", "-c", f"echo 'import {name}' > {code}"])
        told.append(moody.inv("restart").messages)
    moody.target.run(["cp", "/srv/moody/app.py", code])
    assert "No module named 'nosuch'" in told[0]
    assert "No module named 'neither'" in told[1]
    assert "nosuch" not in told[1]
    assert moody.inv("restart").exit_code == 0


def test_an_app_that_does_not_answer_after_an_undo_was_not_put_back(moody):
    set_mood(moody, well=False)
    moody.code("two", "\nimport nosuch\n")
    run = moody.inv("deploy")
    set_mood(moody)
    assert run.exit_code == 8
    assert "No module named 'nosuch'" in run.messages
    assert "does not answer: " in run.messages
    assert "500" in run.messages
    assert "put back: " not in run.messages.replace("not put back: ", "").replace(
        "could not be put back: ", ""
    )


def test_an_app_that_somebody_stopped_is_as_it_was_after_an_undo(moody):
    moody.inv("stop")
    moody.code("two", "\nimport nosuch\n")
    run = moody.inv("deploy")
    moody.inv("start")
    assert run.exit_code == 2
    assert "serves what it served before" in run.messages


def test_a_release_command_that_ran_is_told_after_an_undo(moody):
    moody.configure(app_processes={"release": "true"})
    moody.code("two", "\nimport nosuch\n")
    run = moody.inv("deploy")
    assert run.exit_code == 2
    assert "serves what it served before" in run.messages
    assert "done, and not to be taken back: run the release command" in run.messages
    moody.configure()


def test_only_attributes_that_drifted_are_repaired(moody):
    moody.code("one", NEEDS_A_FILE)
    moody.deploy()
    moody.target.run(["chmod", "640", "/srv/moody/current/env"])
    run = moody.deploy()
    assert "write the environment variables" in run.changed
    assert moody.target.run(["stat", "-Lc", "%a", "/srv/moody/current/env"]).stdout.strip() == "600"
