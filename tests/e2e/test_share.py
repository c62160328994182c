"""A commit is the same release from a file system that keeps no permissions and from an ordinary one."""

from __future__ import annotations

import subprocess
from dataclasses import replace

from tests.e2e.project import Project
from tests.share import shared


def test_the_same_commit_is_deployed_from_both_in_turns(web, tmp_path):
    here = Project.make("shared", tmp_path / "checkout", web)
    here.configure(app_source="app")
    here.write("app/run.sh", "#!/bin/sh\necho hi\n")
    (here.directory / "app/run.sh").chmod(0o755)
    for words in ("init -q", "add .", "-c user.name=a -c user.email=a@b commit -qm one"):
        subprocess.run(["git", *words.split()], cwd=here.directory, check=True)
    with shared(here.directory, tmp_path / "share") as place:
        there = replace(here, directory=place)
        here.deploy()
        assert [run.host["changed"] for run in (there.deploy(), here.deploy(), there.deploy())] == [0, 0, 0]
    assert web.run(["stat", "-c%a", f"{here.root}/current/code/run.sh"]).stdout.strip() == "755"
