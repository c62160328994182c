"""Files that people write themselves: how large they may be, and what many parts of them come to."""

from __future__ import annotations

import pytest

from deploytasks.errors import SourceError
from deploytasks.source.processes.dockerfile import read_dockerfile
from deploytasks.source.processes.supervisord_conf import read_supervisord_conf
from deploytasks.source.processes.web_line import find_web_line

LARGE = "# " + "x" * (1 << 20)


def test_one_that_is_too_large_for_a_person_is_told(tmp_path):
    (tmp_path / "Dockerfile").write_text(f"FROM python\n{LARGE}\nCMD gunicorn app:app\n")
    with pytest.raises(SourceError, match="Dockerfile: larger than 1 MB"):
        find_web_line(tmp_path)


def test_a_script_that_is_an_archive_is_not_looked_into(tmp_path):
    (tmp_path / "Procfile").write_text("web: ./start.sh\n")
    (tmp_path / "start.sh").write_text(f"gunicorn app:app\n{LARGE}\n")
    assert str(find_web_line(tmp_path)) == "Procfile:1"


def test_a_stage_has_what_all_stages_before_it_say(tmp_path):
    stages = "".join(f"FROM s{number} AS s{number + 1}\nRUN apt install p{number}\n" for number in range(9))
    other = "FROM s3 AS other\nRUN apt install other\n"
    (tmp_path / "Dockerfile").write_text(f"FROM python AS s0\n{other}{stages}FROM s8\nEXPOSE 80\n")
    read = read_dockerfile(tmp_path / "Dockerfile")
    assert (set(read.packages), read.ports) == ({f"p{number}" for number in range(8)}, {80: 23})


def test_each_program_has_the_line_of_its_own_command(tmp_path):
    a, b, again = (
        "[program:a]\nuser=x\ncommand=one",
        "[program:b]\ncommand = two",
        "[program:a]\ncommand=three",
    )
    (tmp_path / "supervisord.conf").write_text(f"[supervisord]\n{a}\n\n{b}\n{again}\n")
    found = {program.name: program for program in read_supervisord_conf(tmp_path / "supervisord.conf")}
    assert {name: (one.command, one.line) for name, one in found.items()} == {
        "a": ("three", 4),
        "b": ("two", 7),
    }
