"""The agent that stays on the host for the next conversation."""

from __future__ import annotations

import hashlib
import os

import pytest

from deploytasks.agent.release import kept

packed = pytest.importorskip("deploytasks.delivery.agent_archive", reason="only a controller packs the agent")


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "agent.zip"
    path.write_bytes(packed.agent_zip())
    return str(path)


@pytest.fixture
def agents(tmp_path, monkeypatch):
    place = tmp_path / "state" / "agents"
    place.parent.mkdir()
    monkeypatch.setattr(kept, "AGENTS", str(place))
    return place


def test_only_root_reads_and_writes_it(archive, agents):
    kept.keep_agent(archive, "a" * 32)
    (file,) = agents.iterdir()
    assert file.name.startswith("a" * 32)
    assert file.name.endswith(f"-{hashlib.sha256(file.read_bytes()).hexdigest()}.zip")
    assert (agents.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.parametrize("damage", [lambda kept: kept + b"evil", lambda kept: kept[:-9], lambda kept: b""])
def test_one_that_the_controller_kept_and_was_changed_is_made_anew(tmp_path, monkeypatch, damage):
    monkeypatch.setattr(packed, "cache_directory", lambda: tmp_path)
    packed.agent_archive.cache_clear()
    whole = packed.agent_archive()
    (kept_file,) = tmp_path.iterdir()
    kept_file.write_bytes(damage(kept_file.read_bytes()))
    packed.agent_archive.cache_clear()
    assert packed.agent_archive() == whole
    assert kept_file.read_bytes().endswith(whole)
    packed.agent_archive.cache_clear()


def test_the_newest_stay(archive, agents):
    for age, digest in enumerate("fedcb"):
        kept.keep_agent(archive, digest * 32)
        os.utime(next(agents.glob(f"{digest}*")), (1000 + age, 1000 + age))
    kept.keep_agent(archive, "a" * 32)
    assert sorted(path.name[0] for path in agents.iterdir()) == ["a", "b", "c"]


def test_a_host_that_was_never_deployed_to_keeps_nothing(archive, agents):
    agents.parent.rmdir()
    kept.keep_agent(archive, "a" * 32)
    assert not agents.parent.exists()
