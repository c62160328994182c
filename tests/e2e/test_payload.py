"""A host gets its release from a file that is run there by hand."""

from __future__ import annotations

import stat
from pathlib import PurePosixPath

from tests.e2e.project import Project

PLACE = PurePosixPath("/root/shop.pyz")
CANARY = "canary-in-the-environment"


def test_a_file_checks_and_deploys_as_a_deploy_would_and_says_no_secret(make_target, tmp_path):
    project = Project.make("byhand", tmp_path, make_target("debian12"), app_env={"TOKEN": CANARY})
    made = project.inv("payload", "--out", "shop.pyz")
    assert made.exit_code == 0, made.messages
    file = tmp_path / "shop.pyz"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    target = project.target
    target.put(PLACE, file.read_bytes(), mode=0o600)

    def run(*flags: str) -> tuple[int, str]:
        done = target.run(["python3", str(PLACE), *flags], check=False)
        assert CANARY not in done.stdout + done.stderr
        return done.returncode, done.stdout + done.stderr

    status, said = run("--check")
    assert (status, "would change steps of app " in said) == (3, True), said
    assert "lay out the code" not in said
    assert "would    app: lay out the code" in run("--check", "--verbose")[1]
    assert "+++ after" in run("--check", "--diff")[1]
    assert not target.run(["ls", "/srv"]).stdout
    assert run("--chekc")[0] == 5
    status, said = run()
    assert status == 0, said
    assert project.says["environment"]["TOKEN"] == CANARY
    assert run("--check")[0] == 0
    assert project.deploy().changed == []
    assert target.run(["runuser", "-u", "nobody", "--", "python3", str(PLACE)], check=False).returncode != 0


def test_a_file_is_for_the_host_as_it_was_when_it_was_made(web, tmp_path):
    project = Project.make("gone-on", tmp_path, web)
    project.deploy()
    project.code("two")
    made = project.inv("payload", "--out", "shop.pyz")
    assert made.exit_code == 0, made.messages
    web.put(PLACE, (tmp_path / "shop.pyz").read_bytes(), mode=0o600)
    project.code("three")
    project.deploy()
    done = web.run(["python3", str(PLACE)], check=False)
    assert done.returncode == 2
    assert f"it serves {project.current} by now; make it anew, or have it with --force" in done.stdout
    assert project.says["version"] == "three"
    assert web.run(["python3", str(PLACE), "--force"], check=False).returncode == 0
    assert project.says["version"] == "two"
