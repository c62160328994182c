"""All secrets of a run: asked for at once, once, in time, and known to nobody else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploytasks.errors import ConfigError
from deploytasks.secrets import Answer, Secrets, reference_in
from deploytasks.secrets.source import source_called
from tests.secrets.test_sources import SOPS, answer_to

SHARED = "while [ ! -e {other} ]; do :; done"


def test_secrets_are_asked_for_at_the_same_time(program, tmp_path):
    """Each of two programs waits for the other: one after the other they would never end."""
    for own, other in (("op", "bw"), ("bw", "op")):
        program(
            own,
            '{"login": {"password": "x"}}',
            first=f": >{own}.begun; " + SHARED.format(other=f"{other}.begun"),
        )
    references = [reference_in("op://a/b/c"), reference_in("bw:a")]
    answers = Secrets(limit_s=20).ask(references)
    assert [answer.error for answer in answers.values()] == ["", ""]


def test_one_file_is_decrypted_once_for_all_values_in_it_and_in_the_run(program, tmp_path):
    (tmp_path / "s.yaml").write_text("encrypted")
    sops = program("sops", SOPS)
    secrets = Secrets()
    secrets.ask([reference_in("sops:s.yaml#debug"), reference_in("sops:s.yaml#db.hosts.0")])
    secrets.ask([reference_in("sops:s.yaml#debug"), reference_in("sops:s.yaml#db.hosts.1")])
    assert len(sops.runs) == 1


def test_a_program_that_never_answers_is_ended_with_all_that_it_started(program, tmp_path):
    program("op", first="echo $$ >pid; sleep 1000 & echo $! >child; wait")
    assert answer_to("op://a/b/c", Secrets(limit_s=0.5)).error.startswith(
        "op gave no answer in 0.5 s; sign in"
    )
    for name in ("pid", "child"):
        assert not _lives(int((tmp_path / name).read_text()))


def _lives(number: int) -> bool:
    """Whether the process does anything: one that has ended may wait for its parent to look."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def test_a_program_cannot_ask_on_standard_input(program):
    op = program("op", "secret")
    answer_to("op://a/b/c")
    assert op.stdin == ""


def test_an_answer_does_not_show_itself():
    assert "canary77" not in repr(Answer("canary77"))


SOURCE = """
import threading

def is_one(rest):
    return not rest.startswith("!")

def ask(rest, program):
    if rest == "fails":
        raise RuntimeError("canary77")
    if rest == "hangs":
        threading.Event().wait()
    return program("printf", "%s", rest.upper())

def advice(rest):
    return "log in to acme"
"""


@pytest.fixture
def acme(tmp_path, monkeypatch):
    """A package of somebody's, with a source, and one that lacks a function."""
    source_called.cache_clear()
    (tmp_path / "acme_secrets.py").write_text(SOURCE)
    (tmp_path / "acme_half.py").write_text("def ask(rest, program): ...\n")
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[deploytasks.secrets]\nacme = acme_secrets\nhalf = acme_half\nlost = acme_lost\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    source_called.cache_clear()


def test_a_package_brings_a_source_of_its_own(acme):
    assert answer_to("acme:shop/db") == Answer("SHOP/DB")
    assert reference_in("acme:!shop") is None
    assert reference_in("acme2:shop") is None


def test_what_a_source_of_ones_own_raises_is_not_shown(acme):
    assert answer_to("acme:fails").error == "the source fails: RuntimeError"


def test_a_source_of_ones_own_that_never_comes_back_is_waited_for_in_vain(acme, monkeypatch):
    monkeypatch.setattr("deploytasks.secrets.secrets.GRACE_S", 0.1)
    assert answer_to("acme:hangs", Secrets(limit_s=0.1)).error == "no answer in 0.2 s"


@pytest.mark.parametrize(
    ("text", "why"), [("half:x", "has no is_one, advice"), ("lost:x", "cannot be imported")]
)
def test_a_source_that_cannot_be_used_is_a_mistake(acme, text, why):
    with pytest.raises(ConfigError, match=why):
        reference_in(text)


def test_the_room_is_light():
    """What every command imports costs it time: no adapter before a value is one of its kind."""
    code = "import sys, deploytasks.secrets; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not any(
        part in name
        for name in loaded.stdout.split()
        for part in ("secrets.sources", "secrets.program", "logging")
    )
